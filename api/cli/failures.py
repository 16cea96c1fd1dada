"""What a person can mend, from what was raised (错误说明): one table of exceptions and their sentences.

What is not in the table is our own mistake and keeps its traceback.
"""

from __future__ import annotations

from api.cli.console import CommandFailed, Failure
from states.calendar import CalendarFaults
from states.reckoning import Unreckonable
from states.say import say


def failure_of(error: Exception) -> Failure | None:
    """How to tell this error to whoever typed the command; None if it is a mistake of the program."""
    if isinstance(error, CommandFailed):
        return error.failure
    if isinstance(error, Unreckonable):
        return Failure(error.sentence)
    if isinstance(error, CalendarFaults):
        faults = tuple((fault.file, fault.reason) for fault in error.faults)
        return Failure(say("放假安排文件有误"), mend=say("更正文件后再试；文件有误时整份都不载入"), faults=faults)
    if isinstance(error, OSError):
        return _system(error)
    for explain in (_of_procedures, _of_steps, _of_secret, _of_database):
        failure = explain(error)
        if failure is not None:
            return failure
    return None


def _system(error: OSError) -> Failure:
    where = str(error.filename or "")
    if isinstance(error, FileNotFoundError):
        return Failure(say("没有这个文件或文件夹"), where, say("核对路径后再试"))
    if isinstance(error, PermissionError):
        return Failure(say("没有读写权限"), where, say("换一个有权限的账户或路径再试"))
    if isinstance(error, IsADirectoryError):
        return Failure(say("这是文件夹，不是文件"), where, say("写明文件的路径"))
    return Failure(say("系统未能完成：{why}", why=error.strerror or str(error)), where)


def _of_procedures(error: Exception) -> Failure | None:
    from states.loading import InvalidProcedure, UnknownProcedure

    if isinstance(error, InvalidProcedure):
        faults = tuple((f"{f.file}:{f.line}" + (f" {f.where}" if f.where else ""), f.problem) for f in error.faults)
        return Failure(say("办法文件有误，共{n}处", n=len(faults)), mend=say("逐处更正后再试"), faults=faults)
    if isinstance(error, UnknownProcedure):
        return Failure(error.problem, mend=say("用 zaigang procedure list 查看全部办法"))
    return None


def _of_steps(error: Exception) -> Failure | None:
    from states.refusals import InputRefused, Refusal

    if isinstance(error, InputRefused):
        return Failure(error.sentence, mend=say("更正后再试"), faults=tuple(error.faults.items()))
    if isinstance(error, Refusal):
        return Failure(error.sentence)
    return None


def _of_secret(error: Exception) -> Failure | None:
    from workflow.sealing import SECRET_FILE, WrongSecret

    if isinstance(error, WrongSecret):
        mend = say("使用建库时的密钥：环境变量 ZAIGANG_SECRET，或数据文件夹中权限为600的 {file} 文件", file=SECRET_FILE)
        return Failure(say("密钥不能使用：{why}", why=str(error)), "ZAIGANG_SECRET", mend)
    return None


def _of_database(error: Exception) -> Failure | None:
    from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

    mend = say("核对 ZAIGANG_DATABASE_URL，并确认数据库正在运行、账户有权使用")
    if isinstance(error, (ArgumentError, NoSuchModuleError)):
        return Failure(say("数据库地址写法有误"), "ZAIGANG_DATABASE_URL", mend)
    if isinstance(error, DBAPIError) and type(error).__name__ == "OperationalError":
        why = str(error.orig).strip().splitlines()
        return Failure(say("数据库未能应答：{why}", why=why[0] if why else ""), "ZAIGANG_DATABASE_URL", mend)
    return None
