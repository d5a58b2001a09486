"""Writes a trained network as ONNX: only its weights and the metadata that it is given, so that equal training gives equal files."""

import onnx
import torch


def export(model, example, input_names, output_name, metadata, file):
    """Exports `model`; `example` is a tuple of one tensor for each input, `metadata` texts by name."""
    model.eval()
    torch.onnx.export(
        model, example, str(file), input_names=input_names, output_names=[output_name],
        opset_version=18, dynamo=True, external_data=False, verbose=False,
    )
    graph = onnx.load(str(file))
    del graph.metadata_props[:]
    onnx.helper.set_model_props(graph, metadata)
    graph.doc_string = ""
    for node in graph.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    onnx.checker.check_model(graph)
    onnx.save(graph, str(file))
