"""Words of business news. What is measured decides whether up is good: losses narrow, profit halves."""

from __future__ import annotations

from monitor.sentiment.lexicon.text import word_set

GOOD_MEASURES = word_set(
    "profit profits earnings revenue revenues sales income turnover margin margins dividend dividends share shares "
    "stock stocks guidance outlook forecast forecasts orders bookings deliveries subscribers users customers demand "
    "output production ebitda eps net cash market rating ratings target traffic exports growth membership downloads "
    "satisfaction payout productivity footfall volumes volume confidence valuation shipments wages pay reliability "
    "uptime"
)
BAD_MEASURES = word_set(
    "loss losses debt debts cost costs expenses deficit complaints delays outages defects churn unemployment "
    "emissions injuries accidents fees price prices fares bills tariffs rents charges rates interest claims "
    "cancellations returns waste errors bugs crashes downtime wait waits queues fines fraud theft thefts shrinkage "
    "redundancies premiums deaths layoffs breaches spam latency shortages shortage backlog risk risks pollution "
    "turnaround absences"
)
PRICES = word_set("price prices fares bills tariffs rents charges fees premiums")
"""Bad for customers when they rise. Costs: investors see it the other way round."""

UP = word_set(
    "adds added bigger larger rise rises rose rising risen rally rallies rallied soar soars soared soaring surge "
    "surges surged surging jump jumps jumped jumping climb climbs climbed climbing gain gains gained grow grows "
    "grew growing grown increase increases increased increasing doubled doubles double triples tripled triple "
    "quadrupled up higher widens widen widened widening swells swelled mounts mounting boost boosts boosted "
    "boosting raises raised raise raising hikes hiked hike hiking lifts lifted lift beats beat tops topped exceeds "
    "exceeded rebounds rebounded recover recovers recovered upgrade upgrades upgraded improves improved improve "
    "strengthens expands expanded expand accelerates accelerated spikes spiked balloons ballooned skyrocket "
    "skyrockets skyrocketed leap leaps leapt"
)
DOWN = word_set(
    "smaller loses lose falls fall fell falling fallen slump slumps slumped slumping plunge plunges plunged "
    "plunging tumble tumbles tumbled slides slid slide sinks sank sink slips slipped slip dips dipped dip drops "
    "drop dropped dropping declines declined decline declining plummets plummeted plummet shrinks shrink shrank "
    "shrinking shrunk halved halves halve halving down lower narrows narrow narrowed narrowing eases eased shed "
    "sheds cut cuts cutting slash slashes slashed slashing reduce reduces reduced reducing lowers lowered trims "
    "trimmed trim misses missed miss weakens weakened weaken nosedive nosedives tanked tank cratered dives dived "
    "dive evaporates evaporated dents dented erodes eroded crashes crashed collapses collapsed dries sinking "
    "downgrades downgraded downgrade disappoints disappointed cheaper wiped slows slowed curbs curbed"
)
DIRECTION_VALENCE = 1.5
MAX_WORDS_BETWEEN = 3
"""Between the measure and its direction: "net loss for the year narrows"."""
TRANSITIVE = word_set(
    "cut cuts cutting slash slashes slashed slashing reduce reduces reduced reducing lowers lowered trims trimmed "
    "trim raises raised raise raising hikes hiked hike hiking boost boosts boosted boosting lifts lifted lift beats "
    "beat tops topped misses missed widens narrows narrowed halves halved doubles doubled sheds curbs grows grew "
    "drops dropped posts dents dented erodes eroded exceeds exceeded increase increases increased improve improves "
    "improved upgrades downgrades surge surges jump jumps rise rises fall falls drop decline declines increase "
    "slump plunge hit hits up down higher lower adds added loses lose"
)
"""Directions that may also come before what is measured: "cuts costs", "a rise in profit"."""
