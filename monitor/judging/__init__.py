"""The second opinion of a language model, behind the pipeline: a post is stored at once and its score amended later.

store.opinions --> OpinionWorker --> ModelProcess --(pipe)--> model_process: the model --> scores --> store.opinions

choice           the model of the config, or the installed one
policy           which languages are scored, and how far each is trusted
scoring          the score that follows from the words and the opinion
names            where a text names which brand
process          the child process, which has the lowest priority and may crash
rejudging        stored mentions by the current rules, after the rules changed
worker           the thread that works through the queue
relevance_worker the thread that sets aside what is not about its brand
"""

from monitor.encoder import HOW_TO_INSTALL
from monitor.judging.choice import LanguageModel, choose_model
from monitor.judging.policy import LanguagePolicy, ModelChoice
from monitor.judging.process import ModelProcess, ModelProcesses
from monitor.judging.rejudging import Rejudger
from monitor.judging.relevance_worker import RelevanceStatus, RelevanceWorker
from monitor.judging.worker import OpinionStatus, OpinionWorker
from monitor.sentiment import SIGN_WEIGHTS, counts_by_words

__all__ = [
    "HOW_TO_INSTALL",
    "SIGN_WEIGHTS",
    "LanguageModel",
    "LanguagePolicy",
    "ModelChoice",
    "ModelProcess",
    "ModelProcesses",
    "OpinionStatus",
    "OpinionWorker",
    "Rejudger",
    "RelevanceStatus",
    "RelevanceWorker",
    "choose_model",
    "counts_by_words",
]
