"""The tape as a drawing, in the language of Mermaid: JupyterLab shows it without any other program, offline."""

from ..errors import InputTypeError
from ..nn import Module
from ..tape import Tensor


class Graph(str):
    """Mermaid text. A notebook draws it; print(graph) gives the text, for any other program that knows Mermaid."""

    __slots__ = ()

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/vnd.mermaid": str(self), "text/plain": str(self)}


def tape_graph(tensor, model=None):
    """What `tensor` was computed from: a box for each op with the shape of its output, a rounded one for each leaf.

    Gradients run against the arrows. model: a Module, whose parameters are then called by their names. What needs no
    gradient (images, labels) leaves no edge on the tape, and so is not drawn. To be called before backward, which frees
    the tape. Returns a Graph.
    """
    if not isinstance(tensor, Tensor) or not tensor.requires_grad:
        raise InputTypeError(
            "tape_graph", "tensor", "a Tensor that depends on something that requires a gradient", tensor
        )
    if model is not None and not isinstance(model, Module):
        raise InputTypeError("tape_graph", "model", "an npdl.nn.Module or None", model)
    names = {id(p): name for name, p in model.named_parameters()} if model is not None else {}
    known, lines, edges = {}, ["flowchart TD"], []
    waiting = [tensor if tensor.node is None else tensor.node]
    _name(waiting[0], known, lines, names)
    while waiting:
        node = waiting.pop()
        if isinstance(node, Tensor):
            continue
        if node.edges is None:
            raise RuntimeError("tape_graph: backward has been here and freed the tape; draw before it")
        for edge in node.edges:
            if edge is None:
                continue
            source = edge[0] if type(edge) is tuple else edge
            if id(source) not in known:
                _name(source, known, lines, names)
                waiting.append(source)
            edges.append(f"  {known[id(source)]} --> {known[id(node)]}")
    return Graph("\n".join([*lines, *edges]))


def _name(source, known, lines, names):
    """Give a node or a leaf its name n0, n1, ... and its box."""
    known[id(source)] = key = f"n{len(known)}"
    if isinstance(source, Tensor):
        lines.append(f'  {key}(["{names.get(id(source), "leaf")} {_shape(source.shape)}"])')
    else:
        shapes = ", ".join(_shape(shape) for shape, _ in source.outputs)
        lines.append(f'  {key}["{source.op.name} {shapes}"]')


def _shape(shape):
    return "×".join(map(str, shape)) or "number"
