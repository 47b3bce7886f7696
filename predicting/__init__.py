"""The parts of `predict.py`: reading what people have, answering, writing answers."""
