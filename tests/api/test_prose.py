"""Markdown as a tree of harmless elements."""

import pytest

from service.api.prose import Nodes, prose
from service.api.schemas.attempts import ProseNode


def shown(nodes: Nodes) -> str:
    """The tree as markup, for reading in a test."""
    out = ""
    for node in nodes:
        if isinstance(node, str):
            out += node
        else:
            attrs = "".join(f" {name}={value}" for name, value in node.attrs.items())
            out += f"<{node.tag}{attrs}>{shown(node.children)}</{node.tag}>"
    return out


@pytest.mark.parametrize(
    ("markdown", "tree"),
    [
        ("One *two* **three** `four`", "<p>One <em>two</em> <strong>three</strong> <code>four</code></p>"),
        ("- a\n- b", "<ul><li><p>a</p></li><li><p>b</p></li></ul>"),
        ("1. a", "<ol><li><p>a</p></li></ol>"),
        ("### Head", "<h3>Head</h3>"),
        ("# Head", "<h3>Head</h3>"),
        ("```\nx < y\n```", "<pre><code>x < y\n</code></pre>"),
        ("> said", "<blockquote><p>said</p></blockquote>"),
        ("a\nb", "<p>a\nb</p>"),
        ("a  \nb", "<p>a<br></br>b</p>"),
        ("[text](https://example.org/a)", "<p><a href=https://example.org/a rel=noreferrer>text</a></p>"),
        ("[text](http://example.org/a)", "<p>text</p>"),
        ("~~gone~~", "<p><s>gone</s></p>"),
    ],
)
def test_markdown_becomes_elements(markdown: str, tree: str) -> None:
    assert shown(prose(markdown).tree) == tree


def test_a_table_keeps_its_alignment() -> None:
    table = shown(prose("| a | b |\n|---|--:|\n| 1 | 2 |").tree)
    assert "<th>a</th><th align=right>b</th>" in table
    assert "<td>1</td><td align=right>2</td>" in table


def test_formulas_become_mathml() -> None:
    inline = shown(prose(r"cost $\frac{a}{b}$ here").tree)
    assert "<math display=inline>" in inline
    assert "<mfrac>" in inline
    assert "<math display=block>" in shown(prose("$$\nx^2\n$$").tree)


@pytest.mark.parametrize(
    "markdown",
    [
        "<script>alert(1)</script>",
        "text <img src=x onerror=alert(1)> more",
        "[x](javascript:alert(1))",
        "![x](https://example.org/pixel.png)",
        "<svg onload=alert(1)>",
        '[x](https://a.b "onclick=alert(1)")',
        "$\\href{javascript:alert(1)}{x}$",
    ],
)
def test_nothing_that_runs_or_loads_comes_through(markdown: str) -> None:
    def walk(nodes: Nodes) -> list[ProseNode]:
        found = [node for node in nodes if isinstance(node, ProseNode)]
        return found + [inner for node in found for inner in walk(node.children)]

    for node in walk(prose(markdown).tree):
        assert node.tag not in ("script", "img", "svg", "iframe", "style", "object")
        assert not any(name.startswith("on") for name in node.attrs)
        assert node.attrs.get("href", "https://").startswith("https://")
