"""What gunicorn serves: `gunicorn wsgi:app`."""

import os

# A step multiplies small blocks; threads of the numerical library would only wait for each other,
# and on a busy machine a step would take a hundred times as long. Set before numpy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from testing.app import create_app

app = create_app()
