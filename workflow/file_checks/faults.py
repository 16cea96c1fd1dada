"""Why a file is unfit (不予接收): the sentences that several checks share."""

from __future__ import annotations

from states.say import Sentence, say


class Unfit(Exception):
    """The file is broken or hostile. ``sentence`` is for whoever sent it."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence.text())
        self.sentence = sentence


def broken() -> Unfit:
    return Unfit(say("文件已损坏或不完整，无法接收。请重新扫描、拍照或另存后再上传"))


def bloated() -> Unfit:
    return Unfit(say("文件展开后过大，未予接收。请另存为PDF，或减少内容后再上传"))


def active() -> Unfit:
    return Unfit(say("文件含有宏、脚本或嵌入的程序，未予接收。请另存为不含宏的文件或PDF后再上传"))


def linked() -> Unfit:
    return Unfit(say("文件会从外部地址取内容，未予接收。请断开外部链接，或另存为PDF后再上传"))


def locked() -> Unfit:
    return Unfit(say("文件设有密码，无法核查，未予接收。请去掉密码后再上传"))


def mixed() -> Unfit:
    return Unfit(say("文件里夹带了另一种文件，未予接收。请重新扫描、拍照或另存后再上传"))
