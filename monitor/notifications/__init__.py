"""Notifications: from new mentions and built-in alerts to messages, and from messages to channels.

    change log --matching--> mentions per view --deciding--> messages --save_step--> outbox --sender--> channel
    incidents, sources, disk, walls --alerts--------------------------save_alerts--^            |--> log of deliveries

What was matched, what waits and the messages are saved in one transaction with the place in the change log, so a crash
loses and doubles nothing. A message is marked after it was sent: a crash in between repeats that one.
"""
