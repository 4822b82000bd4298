"""Named places where the proving ground may end the process; in production they do nothing."""

POINTS: dict[str, str] = {
    "message.before_commit": "A person's message, its run and its job are written and not committed",
    "message.after_commit": "They are committed; the person has not been told",
    "advance.begin": "A worker has taken the job that drives a thread, and has looked at nothing yet",
    "run.begin.before_commit": "What is next in the thread was looked up and the run told as running; not committed",
    "run.begin.after_commit": "The run is this worker's",
    "model.before_send": "The conversation was read; the model is asked next",
    "model.first_piece": "The first text of an answer has come, and nobody has seen it",
    "model.answered": "The graph has ended in the model's last answer; the run has not",
    "checkpoint.before_commit": "LangGraph's checkpoint or writes of a task are written and not committed",
    "checkpoint.after_commit": "They are committed; the graph has not gone on",
    "propose.before_commit": "A message with calls, their sealed rows and cards are written and not committed",
    "propose.after_commit": "The calls wait; the graph does not know it yet",
    "pause.before_commit": "The run is told as waiting; not committed",
    "pause.after_commit": "The run waits",
    "decide.before_commit": "A decision and what follows from it are written and not committed",
    "decide.after_commit": "The decision is committed; whoever decided has not been told",
    "extend.before_commit": "A call has more time; not committed",
    "extend.after_commit": "A call has more time; whoever asked for it has not been told",
    "expire.begin": "A worker has taken the job that lets a call expire",
    "expire.before_commit": "A call has expired, with what its rule says; not committed",
    "expire.after_commit": "It is committed; the job has not ended",
    "execute.begin": "A worker has taken the job of an approved call, and has looked at nothing yet",
    "start.before_commit": "The last look was taken and the call is started; not committed",
    "start.after_commit": "The call is started; nothing was sent",
    "take_over.before_commit": "A call that may be repeated is taken from a process that died; not committed",
    "take_over.after_commit": "It is this process's; it was not sent again",
    "call.before_send": "The call goes out next",
    "call.after_answer": "The tool has answered, and nobody but this process knows",
    "settle.before_commit": "What became of the call is written and not committed",
    "settle.after_commit": "It is committed; the job has not ended",
    "resolve.before_commit": "A person said what became of an unknown call; not committed",
    "resolve.after_commit": "It is committed; the person has not been told",
    "finish.before_commit": "The answer is stored and the run ends; not committed",
    "finish.after_commit": "The run has ended; the thread has not been looked at again",
    "fail.before_commit": "The run ends in an error, with what was said so far; not committed",
    "fail.after_commit": "The run has ended in an error",
    "retry.before_commit": "A run that failed is queued again; not committed",
    "retry.after_commit": "It is queued again; the person has not been told",
    "cancel.before_commit": "A run is stopped, or its worker asked to stop it; not committed",
    "cancel.after_commit": "It is committed; nobody has been told",
}
"""Every place and what has happened when it is reached; a name that is not here is a mistake."""


def reach(point: str) -> None:
    """Does nothing: the proving ground puts its own function in this one's place."""
