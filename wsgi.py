"""What gunicorn serves: `gunicorn wsgi:app`."""

from testing.app import create_app

app = create_app()
