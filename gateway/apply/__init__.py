"""What is wanted, in a file, against what there is: a plan with its price, and the work that carries it out."""
