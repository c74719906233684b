"""The weekly report: what happened in a week, on one page, for people who read nothing else.

    store --week_data--> WeekData --report--> WeeklyReport --> page, mail, file, PDF

``week_data`` only counts; ``report`` only chooses and words. A figure comes with what it means: whether it lies within
the range of the four weeks before.
"""
