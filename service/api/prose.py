"""Markdown as a tree of harmless elements, formulas as MathML.

A page builds its nodes from the tree, so nothing that is written in a question can become markup
that runs: there is no HTML to sanitise. Raw HTML and images in the source are shown as text.
"""

from collections.abc import Iterator
from functools import lru_cache
from html import unescape
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert_to_element
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.dollarmath import dollarmath_plugin

from service.api.schemas.attempts import Prose, ProseNode

Nodes = list[ProseNode | str]

TAGS = {
    "paragraph": "p", "strong": "strong", "em": "em", "s": "s", "bullet_list": "ul", "list_item": "li",
    "blockquote": "blockquote", "table": "table", "thead": "thead", "tbody": "tbody", "tr": "tr", "th": "th",
    "td": "td", "hr": "hr", "hardbreak": "br",
}  # fmt: skip

SPAN_TAGS = ("a", "code", "em", "s", "strong")
"""Within a word, maybe."""
MATH_ATTRIBUTES = ("display", "stretchy", "mathvariant", "columnalign", "fence")

_markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("image")
_markdown.use(dollarmath_plugin, double_inline=True)


@lru_cache(maxsize=512)
def prose(markdown: str) -> Prose:
    """`markdown` with its tree."""
    return Prose(markdown=markdown, tree=_children(SyntaxTreeNode(_markdown.parse(markdown))))


def said(markdown: str) -> str:
    """`markdown` as somebody would read it out: without its marks, and without blocks of code."""
    return " ".join("".join(_texts(prose(markdown).tree)).split())


def _texts(nodes: Nodes) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, str):
            yield node
        elif node.tag != "pre":
            yield from _texts(node.children)
            yield "" if node.tag in SPAN_TAGS else " "


def _children(node: SyntaxTreeNode) -> Nodes:
    return [made for child in node.children for made in _node(child)]


def _node(node: SyntaxTreeNode) -> Nodes:
    kind = node.type
    if kind in TAGS:
        return [ProseNode(tag=TAGS[kind], attrs=_align(node), children=_children(node))]
    match kind:
        case "inline":
            return _children(node)
        case "text" | "html_inline" | "html_block":
            return [node.content]
        case "softbreak":
            return ["\n"]
        case "heading":
            # The page has its own h1 and h2: a text's headings begin below them.
            return [ProseNode(tag=f"h{max(3, int(node.tag[1]))}", children=_children(node))]
        case "ordered_list":
            return [ProseNode(tag="ol", children=_children(node))]
        case "code_inline":
            return [ProseNode(tag="code", children=[node.content])]
        case "fence" | "code_block":
            return [ProseNode(tag="pre", children=[ProseNode(tag="code", children=[node.content])])]
        case "link":
            return _link(node)
        case "math_inline" | "math_inline_double" | "math_block" | "math_block_label":
            return [_math(node.content, block=kind != "math_inline")]
    return [node.content] if node.content else _children(node)


def _align(node: SyntaxTreeNode) -> dict[str, str]:
    style = str(node.attrs.get("style", ""))
    return {"align": style.removeprefix("text-align:")} if style.startswith("text-align:") else {}


def _link(node: SyntaxTreeNode) -> Nodes:
    target = str(node.attrs.get("href", ""))
    if not target.startswith("https://"):
        return _children(node)
    return [ProseNode(tag="a", attrs={"href": target, "rel": "noreferrer"}, children=_children(node))]


def _math(latex: str, *, block: bool) -> ProseNode:
    return _element(convert_to_element(latex.strip(), display="block" if block else "inline"))


def _element(element: Element) -> ProseNode:
    # The converter leaves characters escaped: &#x000D7; for a times sign.
    kept = {name: value for name, value in element.attrib.items() if name in MATH_ATTRIBUTES}
    children: Nodes = [unescape(element.text)] if element.text else []
    children += [_element(child) for child in element]
    return ProseNode(tag=element.tag, attrs=kept, children=children)
