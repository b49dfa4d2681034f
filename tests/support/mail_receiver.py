"""A receiver of mail over SMTP (RFC 5321), as far as a sender on this machine needs it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import Message


class MailReceiver:
    """Keeps the mails that it takes. It answers every recipient with `recipients`, and asks for a log-in nowhere."""

    def __init__(self, recipients: str = "250 ok") -> None:
        self.mails: list[Message] = []
        self.to: list[str] = []
        self._recipients = recipients

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, to its end."""
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            command = line.strip().decode()
            verb = command[:4].upper()
            answer = "250 ok"
            if verb == "RCPT":
                answer = self._recipients
                self.to.append(command.partition("<")[2].rstrip(">"))
            elif verb == "DATA":
                writer.write(b"354 go on\r\n")
                content = await reader.readuntil(b"\r\n.\r\n")
                self.mails.append(message_from_bytes(content.removesuffix(b".\r\n")))
            elif verb == "QUIT":
                answer = "221 bye"
            writer.write(f"{answer}\r\n".encode())
            if verb == "QUIT":
                break
        writer.close()


@asynccontextmanager
async def receiving(receiver: MailReceiver) -> AsyncGenerator[str]:
    """The address of a running receiver, as the setting has it."""
    async with await asyncio.start_server(receiver.serve, "127.0.0.1", 0) as server:
        yield f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
