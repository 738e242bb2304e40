#!/usr/bin/env python3
"""Checks an exported log a second time, by another program.

    stimmbuch log export DIR --data …        # or from an auditor's address
    tools/verify.py DIR

What is checked, from the files in DIR alone:

  1  the checkpoint is signed by the key in log.vkey, and record 1 names that key and origin, or one from which signed
     changes of the key lead to it
  2  every record is the leaf that stands in the tiles, every tile follows from those below, the root from all
  3  positions are 1, 2, 3 …, revisions of each stream 0, 1, 2 …, and commands are whole
  4  every count in the log: ballots, votes and scores of each option, counted anew from the last ballot of each voter
  5  every roll: each voter is on it once, and it says where each ballot stands
  6  every opening of a sealed ballot: the commitment in the ballot's record is made again from key and choices, and
     exactly the ballots that stand are opened

It knows nothing of the rules (who may vote, when, how winners are chosen): `stimmbuch audit verify` does. Python 3.9 and
the command `openssl` (3.0) are all it needs. Formats: docs/formats/log.md, records.md, events.md; C2SP tlog-tiles,
tlog-checkpoint and signed-note; RFC 6962.

Exits with 0 if everything holds, with 1 if something was found, with 2 if it was not told what to check.
"""
import base64
import datetime
import hashlib
import hmac
import json
import os
import subprocess
import sys
import tempfile

WIDTH = 256  # hashes of a tile


class Finding(Exception):
    """Something that does not hold, and where."""


def read(directory, name):
    try:
        with open(os.path.join(directory, name), "rb") as file:
            return file.read()
    except FileNotFoundError:
        raise Finding(f"{name}: the file is not there") from None


def decode(text, what):
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise Finding(f"{what}: not base64") from None


# ---- 1: signature


def parse_key(line):
    """name+hash+base64(0x01 ‖ Ed25519 key) -> (name, key id, key)."""
    parts = line.decode("utf-8", "replace").rstrip("\n").split("+", 2)
    if len(parts) != 3:
        raise Finding("log.vkey: not a verifier key")
    name, key_hash, material = parts[0], parts[1], decode(parts[2], "log.vkey")
    key_id = hashlib.sha256(name.encode() + b"\n" + material).digest()[:4]
    if len(material) != 33 or material[0] != 1 or key_id.hex() != key_hash:
        raise Finding("log.vkey: not a verifier key of Ed25519")
    return name, key_id, material[1:]


def parse_checkpoint(note, name, key_id, key):
    """The size and root that the log signed."""
    head, separator, signatures = note.rpartition(b"\n\n")
    text = head + b"\n"
    lines = text.decode("utf-8", "replace").split("\n")
    if not separator or len(lines) < 4 or not lines[1].isdigit():
        raise Finding("checkpoint: malformed")
    origin, size, root = lines[0], int(lines[1]), decode(lines[2], "checkpoint")
    if origin != name:
        raise Finding(f"checkpoint: of {origin}, and the key is that of {name}")
    if str(size) != lines[1] or len(root) != 32:
        raise Finding("checkpoint: malformed")
    for line in signatures.decode("utf-8", "replace").split("\n"):
        words = line.split(" ")
        if len(words) != 3 or words[0] != "\u2014" or words[1] != name:
            continue
        blob = decode(words[2], "checkpoint")
        if blob[:4] == key_id and is_signed(text, blob[4:], key):
            return size, root
    raise Finding("checkpoint: not signed by the key of the log")


def is_signed(text, signature, key):
    with tempfile.TemporaryDirectory() as directory:
        files = {"key": bytes.fromhex("302a300506032b6570032100") + key, "text": text, "signature": signature}
        for name, content in files.items():
            with open(os.path.join(directory, name), "wb") as file:
                file.write(content)
        command = "openssl pkeyutl -verify -pubin -keyform DER -inkey key -rawin -in text -sigfile signature"
        return subprocess.run(command.split(), cwd=directory, capture_output=True, check=False).returncode == 0


# ---- 2: tree


def leaf_hash(record):
    return hashlib.sha256(b"\0" + record).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def path(level, index, width):
    digits = str(index)
    digits = digits.zfill(-len(digits) % 3 + len(digits))
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    name = "/".join(["x" + group for group in groups[:-1]] + groups[-1:])
    return f"tile/{level}/{name}" + (f".p/{width}" if width < WIDTH else "")


def records_in(directory, size):
    """All records, bundle by bundle."""
    for index in range((size + WIDTH - 1) // WIDTH):
        width = min(WIDTH, size - index * WIDTH)
        name = path("entries", index, width)
        bundle = read(directory, name)
        count = 0
        while bundle:
            length = int.from_bytes(bundle[:2], "big")
            if len(bundle) < 2 + length:
                raise Finding(f"{name}: ends within a record")
            yield bundle[2 : 2 + length]
            bundle = bundle[2 + length :]
            count += 1
        if count != width:
            raise Finding(f"{name}: {count} records, not {width}")


class Tree:
    """Grows leaf by leaf, and holds each tile against the files when it is full."""

    def __init__(self, directory):
        self.directory = directory
        self.size = 0
        self.edge = []  # roots of complete subtrees, the largest first
        self.tiles = {}  # level -> hashes of the tile that is being filled

    def append(self, hash_):
        level, number = 0, self.size
        self.complete(level, number, hash_)
        while number & 1:
            hash_ = node_hash(self.edge.pop(), hash_)
            level, number = level + 1, number >> 1
            self.complete(level, number, hash_)
        self.edge.append(hash_)
        self.size += 1

    def complete(self, level, number, hash_):
        if level % 8:
            return
        tile = self.tiles.setdefault(level // 8, [])
        tile.append(hash_)
        if len(tile) == WIDTH:
            self.check_tile(level // 8, number // WIDTH)

    def check_tile(self, level, index):
        hashes = self.tiles.pop(level)
        name = path(level, index, len(hashes))
        theirs = read(self.directory, name)
        if len(theirs) != 32 * len(hashes):
            raise Finding(f"{name}: {len(theirs)} bytes, not {32 * len(hashes)}")
        for i, hash_ in enumerate(hashes):
            if theirs[32 * i : 32 * i + 32] == hash_:
                continue
            number = index * WIDTH + i
            if level == 0:
                raise Finding(f"position {number + 1}: the record is not the one whose hash stands in {name}")
            raise Finding(f"{name}: hash {i} is not that of {path(level - 1, number, WIDTH)}")

    def finish(self):
        for level in sorted(self.tiles):
            self.check_tile(level, (self.size >> (8 * level)) // WIDTH)

    def root(self):
        if not self.edge:
            return hashlib.sha256(b"").digest()
        root = self.edge[-1]
        for left in reversed(self.edge[:-1]):
            root = node_hash(left, root)
        return root


# ---- 3 to 6: content


def from_base64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def joined(purpose, *fields):
    """docs/formats/derivations.md: each field behind its length."""
    parts = [b"stimmbuch/v1/" + purpose.encode(), *fields]
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def commitment(key, ledger, poll, voter, command, choices, size):
    """docs/formats/sealed-ballots.md: what a sealed record must hold."""
    padded = json.dumps(choices, separators=(",", ":"), ensure_ascii=False).encode().ljust(size)
    fields = [ledger.encode(), poll.encode(), voter.encode(), command, padded]
    return hmac.new(key, joined("seal", *fields), hashlib.sha256).digest()


def parts_digest(leaves):
    return base64.urlsafe_b64encode(hashlib.sha256(b"".join(leaves)).digest()).decode().rstrip("=")


def unique(pairs):
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a member stands twice")
    return dict(pairs)


class Poll:
    def __init__(self):
        self.kind, self.rank_points = None, []
        self.options = {}  # id -> nothing, in the order of the poll
        self.ballots = {}  # voter -> (choices, channel); choices None while they are sealed
        self.positions = {}  # voter -> where the ballot stands, 0 if it was withdrawn
        self.seals = {}  # voter -> (command, commitment, size)
        self.figures = {"cast": 0, "replaced": 0, "withdrawn": 0}
        self.roll, self.roll_leaves = [], []  # entries of the parts, hashes of their records
        self.opened, self.opening_leaves = [], []  # positions
        self.voters = {}  # by the position of the standing ballot, once there are openings
        self.counted = None  # what the count under way says of the options

    def take_ballot(self, voter, kind, data, position, command):
        if kind.endswith("vote-withdrawn"):
            self.figures["withdrawn"] += 1
            self.ballots.pop(voter, None)
            self.positions[voter] = 0
            return
        self.figures["cast" if kind.endswith("vote-cast") else "replaced"] += 1
        self.positions[voter] = position
        if kind.startswith("sealed-"):
            self.ballots[voter] = (None, "online")
            self.seals[voter] = (command, data["commitment"], len(from_base64url(data["ciphertext"])))
        else:
            self.ballots[voter] = (data["choices"], data.get("channel", "online"))

    def standing(self):
        return {position for position in self.positions.values() if position}

    def check_roll(self, where, completed):
        voters = [voter for voter, _, _ in self.roll]
        if voters != sorted(set(voters)):
            raise Finding(f"{where}: the roll is not in order, or has somebody twice")
        entries = {voter: int(position) for voter, _, position in self.roll}
        for voter, position in self.positions.items():
            if voter not in entries:
                raise Finding(f"{where}: {voter}, whose ballot is at position {position}, is not on the roll")
        for voter, position in entries.items():
            if position != self.positions.get(voter, 0):
                raise Finding(
                    f"{where}: the roll says that the ballot of {voter} stands at {position}, "
                    f"it stands at {self.positions.get(voter, 0)} (0: nowhere)"
                )
        ours = (len(entries), len(self.standing()), parts_digest(self.roll_leaves))
        if ours != (completed["entries"], completed["ballots"], completed["digest"]):
            raise Finding(f"{where}: the roll has other entries, ballots or parts than is said: {ours}")

    def open(self, where, ledger, name, opening):
        position = int(opening["ballot"])
        if not self.voters:
            self.voters = {at: voter for voter, at in self.positions.items()}
        voter = self.voters.get(position)
        if not position or voter not in self.seals:
            raise Finding(f"{where}: no sealed ballot stands at position {position}")
        self.opened.append(position)
        if "choices" not in opening:
            raise Finding(f"{where}: the ballot at position {position} opens to nothing that counts")
        command, promised, size = self.seals[voter]
        choices = opening["choices"]
        made = commitment(from_base64url(opening["key"]), ledger, name, voter, command, choices, size)
        if from_base64url(promised) != made:
            raise Finding(f"{where}: the ballot at position {position} was sealed with other choices")
        self.ballots[voter] = (choices, "online")

    def check_openings(self, where, completed):
        missing = sorted(self.standing() - set(self.opened))
        if missing:
            raise Finding(f"{where}: the ballot at position {missing[0]} is not opened")
        ours = (len(self.opened), parts_digest(self.opening_leaves))
        if ours != (completed["openings"], completed["digest"]) or len(set(self.opened)) != len(self.opened):
            raise Finding(f"{where}: there are other openings or parts than is said: {ours}")

    def tally(self):
        votes, scores = dict.fromkeys(self.options, 0), dict.fromkeys(self.options, 0)
        figures = dict(self.figures, blank=0, online=0, paper=0)
        for choices, channel in self.ballots.values():
            figures[channel] += 1
            if choices is None:
                continue
            if not choices:
                figures["blank"] += 1
            for rank, option in enumerate(choices):
                score = 1
                if self.kind == "points":
                    score = choices[option]
                if self.kind == "ranked":
                    score = self.rank_points[rank] if rank < len(self.rank_points) else 0
                votes[option] += 1
                scores[option] += score
        return figures, votes, scores


class Content:
    def __init__(self, keys):
        self.keys = keys
        self.position = 0
        self.revisions = {}
        self.command = None  # of which more records must follow
        self.polls = {}
        self.counts = 0
        self.rolls = 0
        self.openings = 0

    def take(self, record):
        self.position += 1
        where = f"position {self.position}"
        try:
            event = json.loads(record, object_pairs_hook=unique)
            subject, kind, data = event["subject"], event["type"].rsplit(".", 1)[0], event["data"]
            if int(event["sequence"]) != self.position:
                raise Finding(f"{where}: the record says that it is at {event['sequence']}")
            due = self.revisions.get(subject, 0)
            if event["revision"] != due:
                raise Finding(f"{where}: {subject} is at revision {event['revision']}, and {due} is due")
            self.revisions[subject] = due + 1
            if self.command not in (None, event["command"]):
                raise Finding(f"{where}: the record before it promised more of its command")
            self.command = event["command"] if event.get("more") else None
            self.fold(where, record, event, subject, kind, data)
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise Finding(f"{where}: not a record: {error!r}") from None

    def fold(self, where, record, event, subject, kind, data):
        aggregate, *ids = subject.split("/")
        if kind == "ledger.key-changed":
            self.keys.change(where, data)
        if kind == "ledger.restored":
            self.keys.restart(data)
        if aggregate not in ("poll", "ballot", "roll", "opening"):
            return
        if aggregate in ("roll", "opening"):
            ids[0] = ids[0].rpartition("-")[0]
        poll = self.polls.setdefault(ids[0], Poll())
        kind, more = kind.split(".", 1)[1], event.get("more", False)
        if aggregate == "ballot":
            command = from_base64url(event["command"])[:16]
            poll.take_ballot(ids[1], kind, data, self.position, command)
        elif aggregate == "roll":
            poll.roll += data["entries"]
            poll.roll_leaves.append(leaf_hash(record))
        elif aggregate == "opening":
            poll.opening_leaves.append(leaf_hash(record))
            ledger = event["source"].rpartition("/")[2]
            for opening in data["openings"]:
                poll.open(where, ledger, ids[0], opening)
        elif kind == "roll-completed":
            poll.check_roll(where, data)
            self.rolls += 1
        elif kind == "openings-completed":
            poll.check_openings(where, data)
            self.openings += data["openings"]
        elif kind == "opened":
            poll.kind, poll.rank_points = data.get("kind", "single"), data["rule"].get("rank_points", [])
        elif kind == "options-fixed":
            poll.options.update((option["id"], None) for option in data["options"])
        elif kind == "result-computed":
            figures, _, _ = poll.tally()
            theirs = {name: data["figures"].get(name, 0) for name in figures}
            if theirs != figures:
                raise Finding(f"{where}: the count says {theirs}, the ballots say {figures}")
            poll.counted = []
        elif kind == "options-counted":
            poll.counted += data["options"]
        if poll.counted is not None and not more:
            self.check_count(where, ids[0], poll)

    def check_count(self, where, name, poll):
        _, votes, scores = poll.tally()
        theirs = {option["id"]: (option["votes"], option["score"]) for option in poll.counted}
        ours = {option: (votes[option], scores[option]) for option in poll.options}
        for option in ours | theirs:
            if theirs.get(option) != ours.get(option):
                raise Finding(
                    f"{where}: option {option} of {name}: the count says {theirs.get(option)}, "
                    f"the ballots say {ours.get(option)} (votes, score)"
                )
        poll.counted = None
        self.counts += 1


class Keys:
    """The keys that the records name: each signs for the next."""

    def __init__(self):
        self.origin, self.newest = None, None

    def begin(self, record):
        data = json.loads(record)["data"]
        self.origin, self.newest = data["origin"], base64.urlsafe_b64decode(data["key"] + "=")

    def change(self, where, data):
        key = base64.urlsafe_b64decode(data["key"] + "=")
        until = datetime.datetime.strptime(data["both_until"], "%Y-%m-%dT%H:%M:%S.%fZ")
        seconds = (until - datetime.datetime(1970, 1, 1)) // datetime.timedelta(seconds=1)
        material = b"\x01" + key
        key_hash = hashlib.sha256(self.origin.encode() + b"\n" + material).digest()[:4].hex()
        vkey = f"{self.origin}+{key_hash}+{base64.b64encode(material).decode()}"
        text = f"{self.origin}/next-key\n{vkey}\n{seconds}\n".encode()
        if not is_signed(text, base64.urlsafe_b64decode(data["signature"] + "=="), self.newest):
            raise Finding(f"{where}: the key before has not signed for the key that the record names")
        self.newest = key

    def restart(self, data):
        """Records were lost, and it goes on as a new log."""
        self.origin, self.newest = data["origin"], base64.urlsafe_b64decode(data["key"] + "=")

    def require(self, name, key):
        if (self.origin, self.newest) != (name, key):
            raise Finding("position 1: the records name another origin or another key than log.vkey")


def verify(directory):
    name, key_id, key = parse_key(read(directory, "log.vkey"))
    size, root = parse_checkpoint(read(directory, "checkpoint"), name, key_id, key)
    keys = Keys()
    tree, content = Tree(directory), Content(keys)
    for record in records_in(directory, size):
        tree.append(leaf_hash(record))
        content.take(record)
        if content.position == 1:
            keys.begin(record)
    tree.finish()
    if tree.root() != root:
        raise Finding("checkpoint: the records do not lead to the root that was signed")
    keys.require(name, key)
    if content.command:
        raise Finding("the last record promises more of its command")
    return name, size, root, content


def main():
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        print(__doc__.strip())
        return 2
    try:
        name, size, root, content = verify(sys.argv[1])
    except Finding as finding:
        print(f"FAILED: {finding}")
        return 1
    print(f"{name}: {size} records, root {base64.b64encode(root).decode()}")
    print(
        f"PASSED: signature, tree and tiles, order, {content.counts} counts of {len(content.polls)} polls, "
        f"{content.rolls} rolls, {content.openings} openings"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
