"""Which operations MongoDB is asked for, counted by the driver."""

from pymongo import monitoring


class Operations(monitoring.CommandListener):
    """Those of one database."""

    def __init__(self):
        self.database, self.names = None, []

    def started(self, event):
        if event.database_name == self.database:
            self.names.append(event.command_name)

    def succeeded(self, event): ...

    def failed(self, event): ...


OPERATIONS = Operations()
monitoring.register(OPERATIONS)  # for clients made from now on
