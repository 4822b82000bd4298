"""What every server does once when it starts, done before it is forked."""

from sqlalchemy.orm import configure_mappers

configure_mappers()
