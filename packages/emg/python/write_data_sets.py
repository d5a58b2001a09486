"""Writes small data sets in the layouts that `efferent emg eval` reads, with the libraries of others.

    python write_data_sets.py FOLDER

Makes FOLDER/flexwear (h5py), FOLDER/capgmyo (scipy) and FOLDER/hyser (wfdb), and prints what a reader must find:
one value of each, in microvolt. Needs `pip install h5py scipy wfdb`.
"""

import json
import os
import sys

import h5py
import numpy as np
import scipy.io
import wfdb

folder = sys.argv[1]
rng = np.random.default_rng(7)


def trial(samples, channels, gesture):
    rms = np.where(np.arange(channels) % 3 == gesture % 3, 0.8, 0.2)
    return rng.normal(0, 1, (samples, channels)) * rms


def write_flexwear():
    for occasion in ("initial", "recalibration"):
        path = os.path.join(folder, "flexwear", "p001", f"data_allchannels_{occasion}.h5")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with h5py.File(path, "w") as file:
            for gesture, name in enumerate(("rest_p1", "grip_p1", "wflex_p1")):
                values = np.stack([trial(2000, 64, gesture).T for _ in range(3)])
                file.create_dataset(name, data=values, chunks=(1, 64, 500), compression="gzip")


def write_capgmyo():
    wanted = None
    for recording in (1, 2):
        path = os.path.join(folder, "capgmyo", f"dbb-preprocessed-{recording:03}")
        os.makedirs(path, exist_ok=True)
        for gesture in (1, 2, 3):
            for repetition in (1, 2, 3):
                data = trial(1000, 128, gesture)
                name = f"{recording:03}-{gesture:03}-{repetition:03}.mat"
                labels = {"subject": recording, "gesture": gesture, "trial": repetition}
                scipy.io.savemat(os.path.join(path, name), {"data": data, **labels}, do_compression=repetition > 1)
                if wanted is None:
                    wanted = data[7, 5] * 2500
    return wanted


def write_hyser():
    wanted = None
    names = [f"{grid}-{row}-{column}" for grid in ("ED", "EP", "FD", "FP") for row in range(8, 0, -1) for column in range(8, 0, -1)]
    path = os.path.join(folder, "hyser", "pr_dataset", "subject01_session1")
    os.makedirs(path, exist_ok=True)
    labels = [1, 2, 1, 2]
    for sample, gesture in enumerate(labels, start=1):
        data = trial(1024, 256, gesture) * 1e-3
        wfdb.wrsamp(
            f"dynamic_raw_sample{sample}",
            fs=2048,
            units=["V"] * 256,
            sig_name=names,
            p_signal=data,
            fmt=["16"] * 256,
            write_dir=path,
        )
        if wanted is None:
            wanted = data[7, 5] * 1e6
    with open(os.path.join(path, "label_dynamic.txt"), "w") as file:
        file.write(",".join(map(str, labels)))
    return wanted


write_flexwear()
print(json.dumps({"capgmyo": write_capgmyo(), "hyser": write_hyser()}))
