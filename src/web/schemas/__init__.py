"""What travels over HTTP: requests as pydantic models, answers as typed dicts made from the domain.

An answer is a plain dict, so it costs nothing but its encoding; pydantic still writes its JSON schema.
"""
