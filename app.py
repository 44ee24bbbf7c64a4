"""The door: `gunicorn app:app` and `flask run` take `app` from here, `python app.py` starts everything."""

if __name__ == "__main__":
    from src.launcher import main

    raise SystemExit(main())
else:
    from src.errors import CannotStart
    from src.web.app import create_app

    try:
        app = create_app()
    except CannotStart as error:
        raise SystemExit(str(error)) from None
