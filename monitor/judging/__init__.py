"""The second opinion of a language model, behind the pipeline: a post is stored at once and its score amended later.

store.opinions --> OpinionWorker --> ModelProcess --(pipe)--> model_process: the model --> scores --> store.opinions

policy           which languages are scored, and how far each is trusted
scoring          the score that follows from the words and the opinion
names            where a text names which brand
process          the child process, which has the lowest priority and may crash
worker           the thread that works through the queue
"""

from monitor.judging.policy import LanguagePolicy, ModelChoice
from monitor.judging.process import ModelProcess
from monitor.judging.worker import OpinionStatus, OpinionWorker

__all__ = ["LanguagePolicy", "ModelChoice", "ModelProcess", "OpinionStatus", "OpinionWorker"]
