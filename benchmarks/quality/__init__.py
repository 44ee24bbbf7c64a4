"""Prediction quality: the product's own code on labelled transactions it has not seen."""
