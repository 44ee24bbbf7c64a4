"""How good the predictions are: the product's own parts, on labelled transactions that they have not seen."""
