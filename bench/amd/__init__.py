"""How well `agents/amd` tells who answered: calls made from a seed, two modes, a matrix of what was taken for what."""
