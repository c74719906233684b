"""One room for each family of commands; ``wiring`` puts the halves together for all of them."""
