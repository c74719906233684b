"""Periodic jobs that analyse stored mentions: is a brand mentioned far more than usual, and what are they about?

JobRunner -- every 15 s --> IncidentsJob (counts), TopicsJob (words) --> Store, where walls and pages read the results
                            IntentsJob: rules that changed -> scores and intents of stored mentions
                            NamedTopicsJob: topics of the config that changed -> the topics of stored posts
                            LearningJob: people's answers --> an offset --> the scores of stored mentions
"""

from __future__ import annotations

from monitor.analysis.jobs.incidents import IncidentsJob
from monitor.analysis.jobs.intents import IntentsJob
from monitor.analysis.jobs.learning import LearningJob
from monitor.analysis.jobs.named_topics import NamedTopicsJob
from monitor.analysis.jobs.runner import Job, JobRunner
from monitor.analysis.jobs.topics import TopicsJob

__all__ = ["IncidentsJob", "IntentsJob", "Job", "JobRunner", "LearningJob", "NamedTopicsJob", "TopicsJob"]
