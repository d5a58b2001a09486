"""The other end of the Lab Streaming Layer tests: liblsl, driven by one JSON object a line.

Needs pylsl (requirements.txt beside this file). Answers every line with one JSON object.
"""

import json
import sys

import pylsl

outlets = {}
inlets = {}


def open_outlet(request):
    info = pylsl.StreamInfo(
        request["name"],
        request["type"],
        request["channels"],
        request["rate"],
        request["format"],
        request["source_id"],
    )
    channels = info.desc().append_child("channels")
    for index in range(request["channels"]):
        channel = channels.append_child("channel")
        channel.append_child_value("label", f"e{index}")
        if "unit" in request:
            channel.append_child_value("unit", request["unit"])
        channel.append_child_value("type", "AUX" if index in request.get("aux", []) else "EMG")
    outlets[request["name"]] = pylsl.StreamOutlet(info)
    return {}


def wait_for_consumer(request):
    return {"connected": outlets[request["name"]].wait_for_consumers(request["timeout"])}


def push(request):
    outlet = outlets[request["name"]]
    stamps = request["stamps"]
    for sample, stamp in zip(request["samples"], stamps):
        outlet.push_sample(sample, stamp)
    return {}


def push_chunk(request):
    outlets[request["name"]].push_chunk(request["samples"], request["stamp"])
    return {}


def open_inlet(request):
    found = pylsl.resolve_byprop("name", request["name"], 1, request["timeout"])
    if not found:
        return {"found": False}
    inlet = pylsl.StreamInlet(found[0], max_buflen=10)
    inlet.open_stream(request["timeout"])
    inlets[request["name"]] = inlet
    info = inlet.info(request["timeout"])
    labels = []
    channel = info.desc().child("channels").child("channel")
    while not channel.empty():
        labels.append([channel.child_value("label"), channel.child_value("unit")])
        channel = channel.next_sibling()
    return {
        "found": True,
        "type": info.type(),
        "channels": info.channel_count(),
        "rate": info.nominal_srate(),
        "source_id": info.source_id(),
        "labels": labels,
    }


def correction(request):
    return {"correction": inlets[request["name"]].time_correction(request["timeout"])}


def pull(request):
    inlet = inlets[request["name"]]
    samples, stamps = [], []
    while len(samples) < request["count"]:
        sample, stamp = inlet.pull_sample(request["timeout"])
        if sample is None:
            break
        samples.append(sample)
        stamps.append(stamp)
    return {"samples": samples, "stamps": stamps}


def close(request):
    outlets.pop(request["name"], None)
    inlets.pop(request["name"], None)
    return {}


def resolve(request):
    return {"names": [info.name() for info in pylsl.resolve_bypred(request["predicate"], request["count"], request["timeout"])]}


def now(_request):
    return {"now": pylsl.local_clock()}


commands = {
    function.__name__: function
    for function in (open_outlet, wait_for_consumer, push, push_chunk, open_inlet, correction, pull, close, resolve, now)
}

print(json.dumps({"version": pylsl.library_version()}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps(commands[request["do"]](request)), flush=True)
