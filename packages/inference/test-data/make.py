"""Regenerates affine.onnx: y = 2 x + 1 on float32 [batch, 3], metadata efferent.policy = affine. Run: python3 make.py"""
import onnx
from onnx import TensorProto, helper
x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 3])
y = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 3])
two = helper.make_tensor("two", TensorProto.FLOAT, [1], [2.0])
one = helper.make_tensor("one", TensorProto.FLOAT, [1], [1.0])
graph = helper.make_graph(
    [helper.make_node("Mul", ["x", "two"], ["d"]), helper.make_node("Add", ["d", "one"], ["y"])],
    "affine", [x], [y], [two, one])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
helper.set_model_props(model, {"efferent.policy": "affine", "efferent.note": "grün"})
onnx.save(model, "affine.onnx")
