"""Reads a topic of events with the CloudEvents SDK for Python, which knows nothing of this program.

    cloudevents_sdk.py BROKERS TOPIC

Prints a line for each event: its sequence, type and subject. Fails at the first message that is none.
"""

import sys

from cloudevents.kafka import KafkaMessage, from_structured
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, TopicPartition


def messages(brokers, topic):
    consumer = Consumer(
        {
            "bootstrap.servers": brokers,
            "group.id": "cloudevents-sdk",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "isolation.level": "read_committed",
        }
    )
    consumer.assign([TopicPartition(topic, 0, OFFSET_BEGINNING)])
    while True:
        message = consumer.poll(30)
        if message is None:
            sys.exit("no broker answers")
        if message.error() and message.error().code() == KafkaError._PARTITION_EOF:
            return consumer.close()
        if message.error():
            sys.exit(str(message.error()))
        yield message


def main(brokers, topic):
    for message in messages(brokers, topic):
        headers = dict(message.headers())
        event = from_structured(KafkaMessage(headers=headers, key=message.key(), value=message.value()))
        attributes = event.get_attributes()
        assert attributes["specversion"] == "1.0", attributes
        assert attributes["subject"].encode() == message.key(), attributes
        assert int(attributes["sequence"]) == int(headers["position"]), attributes
        assert isinstance(event.get_data(), dict), event
        print(int(attributes["sequence"]), attributes["type"], attributes["subject"])


main(*sys.argv[1:])
