"""Identifiers. Each kind is its own type, so that mypy refuses a channel where a call is meant."""

from typing import NewType

ChannelId = NewType("ChannelId", str)
"""Asterisk's Uniqueid: `systemname-epoch.counter`. Unique while the system name is."""

LinkedId = NewType("LinkedId", str)
"""Asterisk's Linkedid. It may change when two channels are bridged: the oldest wins."""

CallId = NewType("CallId", str)
"""Ours: the Linkedid under which the call was first seen. It never changes."""

VisitId = NewType("VisitId", str)
"""`<caller's ChannelId>#<n>`: the n-th stay (from 1) of that channel in a queue."""

OfferId = NewType("OfferId", str)
"""`<VisitId>/<n>`: the n-th ringing (from 1) of a member for that visit."""

BridgeId = NewType("BridgeId", str)
AgentId = NewType("AgentId", str)
"""The agent's number in the people table, as text (`1007`)."""

AccountId = NewType("AccountId", int)
QueueName = NewType("QueueName", str)
Device = NewType("Device", str)
"""What a queue rings: `PJSIP/1007`."""

CommandId = NewType("CommandId", str)
