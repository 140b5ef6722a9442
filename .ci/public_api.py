"""Lists the public API of a crate from rustdoc's JSON, one item a line, sorted.

usage: public_api.py JSON > LISTING

An item with several paths is listed in full at the shortest one. Hidden items, blanket implementations and
auto traits are left out; paths of other crates are shortened, since their modules may be private.
"""

import json
import re
import sys

document = json.load(open(sys.argv[1]))
FORMAT = 57  # as Rust 1.95 writes it
if document["format_version"] != FORMAT:
    sys.exit(
        f"rustdoc wrote JSON of format_version {document['format_version']}; .ci/public_api.py reads {FORMAT}. "
        "Use Rust 1.95, or adapt the script to the new format."
    )
index = document["index"]
summaries = document["paths"]
CRATE = index[str(document["root"])]["name"]
public = {}  # ids of items of this crate, and the shortest path that leads to them
lines = {}  # lines, and the path that each is sorted by


def emit(at, line):
    lines.setdefault(line, at)


def get(identifier):
    return index.get(str(identifier))


def kind(item):
    return next(iter(item["inner"].items()))


def path(reference):
    """A name with its generic arguments; of other crates with the crate."""
    identifier = reference["id"]
    summary = summaries.get(str(identifier))
    name = public.get(identifier)
    if not name:
        first, *between, last = summary["path"] if summary else reference["path"].split("::")
        if first in ("alloc", "core", "std"):
            name = f"std::{between[0]}::Error" if last == "Error" else last
        else:
            name = f"{first}::{last}"
    return name + arguments(reference["args"])


def arguments(args):
    if not args:
        return ""
    if "parenthesized" in args:
        of = args["parenthesized"]
        return "(" + ", ".join(map(type_of, of["inputs"])) + ")" + returned(of["output"])
    of = args.get("angle_bracketed")
    if not of:
        return "(..)"
    parts = [argument(arg) for arg in of["args"]]
    for constraint in of["constraints"]:
        [(relation, value)] = constraint["binding"].items()
        name = constraint["name"] + arguments(constraint["args"])
        parts.append(f"{name} = {term(value)}" if relation == "equality" else f"{name}: {bounds(value)}")
    return "<" + ", ".join(parts) + ">" if parts else ""


def argument(arg):
    if arg == "infer":
        return "_"
    [(what, value)] = arg.items()
    return {"lifetime": str, "type": type_of, "const": lambda of: of["expr"]}[what](value)


def term(value):
    return type_of(value["type"]) if "type" in value else value["constant"]["expr"]


def returned(output):
    return f" -> {type_of(output)}" if output else ""


def bounds(of):
    return " + ".join(map(bound, of))


def bound(of):
    if "outlives" in of:
        return of["outlives"]
    if "use" in of:
        return "use<..>"
    of = of["trait_bound"]
    names = lifetimes(of["generic_params"])
    modifier = {"none": "", "maybe": "?", "maybe_const": "~const "}[of["modifier"]]
    return names + modifier + path(of["trait"])


def lifetimes(params):
    names = ", ".join(param["name"] for param in params)
    return f"for<{names}> " if names else ""


def type_of(of):
    if of == "infer":
        return "_"
    [(what, of)] = of.items()
    match what:
        case "resolved_path":
            return path(of)
        case "generic" | "primitive":
            return of
        case "dyn_trait":
            traits = [lifetimes(each["generic_params"]) + path(each["trait"]) for each in of["traits"]]
            return "dyn " + " + ".join(traits + [of["lifetime"]] * bool(of["lifetime"]))
        case "impl_trait":
            return "impl " + bounds(of)
        case "tuple":
            return "(" + ", ".join(map(type_of, of)) + ("," if len(of) == 1 else "") + ")"
        case "slice":
            return f"[{type_of(of)}]"
        case "array":
            return f"[{type_of(of['type'])}; {of['len']}]"
        case "borrowed_ref":
            lifetime = f"{of['lifetime']} " if of["lifetime"] else ""
            return f"&{lifetime}{'mut ' * of['is_mutable']}{type_of(of['type'])}"
        case "raw_pointer":
            return f"*{'mut' if of['is_mutable'] else 'const'} {type_of(of['type'])}"
        case "function_pointer":
            return "fn" + signature(of["sig"])
        case "qualified_path":
            owner = type_of(of["self_type"])
            trait = f"<{owner} as {path(of['trait'])}>" if of["trait"] and of["trait"]["path"] else owner
            return f"{trait}::{of['name']}{arguments(of['args'])}"
    raise ValueError(f"unknown kind of type: {what}")


def signature(of):
    inputs = [type_of(each) if name != "self" else receiver(each) for name, each in of["inputs"]]
    return "(" + ", ".join(inputs) + ")" + returned(of["output"])


def receiver(of):
    text = type_of(of)
    plain = re.fullmatch(r"(&('\w+ )?(mut )?)?Self", text)
    return text.replace("Self", "self") if plain else f"self: {text}"


def generics(of):
    """The parameters in angle brackets, and the where clause."""
    parts = []
    for param in of["params"]:
        [(what, value)] = param["kind"].items()
        if what == "type" and not value["is_synthetic"]:
            default = f" = {type_of(value['default'])}" if value["default"] else ""
            limit = f": {bounds(value['bounds'])}" if value["bounds"] else ""
            parts.append(param["name"] + limit + default)
        elif what == "lifetime":
            parts.append(param["name"] + (f": {' + '.join(value['outlives'])}" if value["outlives"] else ""))
        elif what == "const":
            parts.append(f"const {param['name']}: {type_of(value['type'])}")
    clauses = []
    for predicate in of["where_predicates"]:
        [(what, value)] = predicate.items()
        if what == "bound_predicate":
            clauses.append(f"{lifetimes(value['generic_params'])}{type_of(value['type'])}: {bounds(value['bounds'])}")
        elif what == "lifetime_predicate":
            clauses.append(f"{value['lifetime']}: {' + '.join(value['outlives'])}")
        else:
            clauses.append(f"{type_of(value['lhs'])} = {term(value['rhs'])}")
    where = " where " + ", ".join(clauses) if clauses else ""
    return ("<" + ", ".join(parts) + ">" if parts else ""), where


def attributes(item):
    texts = [each if isinstance(each, str) else next(iter(each)) for each in item["attrs"]]
    marks = {"#[non_exhaustive]": "non_exhaustive", "#[must_use": "must_use"}
    found = {short for text in texts for mark, short in marks.items() if text in (short, mark) or text.startswith(mark)}
    return "".join(f"#[{each}] " for each in sorted(found))


def collect(module, prefix):
    """Items that users can name, with re-exports resolved: pairs of path and item."""
    for identifier in module["items"]:
        item = get(identifier)
        if item is None or (item["visibility"] not in ("public", "default")):
            continue
        what, inner = kind(item)
        name = item["name"]
        if what == "use":
            target = get(inner["id"]) if inner["id"] is not None else None
            if target is None:
                yield f"{prefix}::{'*' if inner['is_glob'] else inner['name']}", item
                continue
            if inner["is_glob"]:
                yield from collect(kind(target)[1], prefix)
                continue
            item, name, (what, inner) = target, inner["name"], kind(target)
        at = f"{prefix}::{name}"
        public[item["id"]] = min(public.get(item["id"], at), at, key=lambda path: (path.count("::"), path))
        yield at, item
        if what == "module":
            yield from collect(inner, f"{prefix}::{name}")


def show(at, item):
    what, inner = kind(item)
    if public.get(item["id"], at) != at:
        return emit(at, f"pub use {at} = {public[item['id']]}")
    marks = attributes(item)
    head = f"{marks}pub {what} {at}"
    if what in ("struct", "enum", "union", "trait"):
        params, where = generics(inner["generics"])
    match what:
        case "module":
            # Those that hold nothing but modules are pages of documentation.
            if {kind(each)[0] for each in map(get, inner["items"]) if each} - {"module"}:
                emit(at, f"pub mod {at}")
        case "macro" | "proc_macro":
            emit(at, head)
        case "use":
            emit(at, f"pub use {at} = {inner['source']}")
        case "function":
            function(at, item)
        case "constant":
            emit(at, f"{marks}pub const {at}: {type_of(inner['type'])}")
        case "type_alias":
            params, where = generics(inner["generics"])
            emit(at, f"{marks}pub type {at}{params} = {type_of(inner['type'])}{where}")
        case "struct":
            emit(at, head + params + where)
            shape, of = next(iter(inner["kind"].items())) if isinstance(inner["kind"], dict) else ("unit", {})
            for position, field in enumerate(of["fields"] if shape == "plain" else of if shape == "tuple" else []):
                if (field := get(field)) and field["visibility"] == "public":
                    emit(at, f"pub {at}::{field['name'] or position}: {type_of(field['inner']['struct_field'])}")
            implementations(at, inner["impls"])
        case "enum":
            emit(at, head + params + where)
            for variant in filter(None, map(get, inner["variants"])):
                variant_of(at, variant)
            implementations(at, inner["impls"])
        case "trait":
            limit = f": {bounds(inner['bounds'])}" if inner["bounds"] else ""
            emit(at, head + params + limit + where)
            members(at, inner["items"])


def variant_of(at, item):
    shape = item["inner"]["variant"]["kind"]
    fields = ""
    if "tuple" in shape:
        fields = "(" + ", ".join(type_of(get(f)["inner"]["struct_field"]) if f and get(f) else "_" for f in shape["tuple"]) + ")"
    elif "struct" in shape:
        named = filter(None, map(get, shape["struct"]["fields"]))
        fields = " { " + ", ".join(f"{f['name']}: {type_of(f['inner']['struct_field'])}" for f in named) + " }"
    emit(at, f"{attributes(item)}pub {at}::{item['name']}{fields}")


def function(at, item, around=""):
    inner = item["inner"]["function"]
    params, where = generics(inner["generics"])
    header = inner["header"]
    words = "".join(f"{word} " for word in ("const", "async", "unsafe") if header[f"is_{word}"])
    emit(at, f"{attributes(item)}pub {words}fn {at}{params}{signature(inner['sig'])}{around}{where}")


def members(at, identifiers, where=""):
    """What a trait or an inherent implementation holds."""
    for item in filter(None, map(get, identifiers)):
        what, inner = kind(item)
        place = f"{at}::{item['name']}"
        if what == "function":
            function(place, item, where)
        elif what == "assoc_const":
            emit(at, f"pub const {place}: {type_of(inner['type'])}")
        elif what == "assoc_type":
            limit = f": {bounds(inner['bounds'])}" if inner["bounds"] else ""
            value = f" = {type_of(inner['type'])}" if inner["type"] else ""
            emit(at, f"pub type {place}{generics(inner['generics'])[0]}{limit}{value}")


def implementations(at, identifiers):
    for item in filter(None, map(get, identifiers)):
        inner = item["inner"]["impl"]
        if inner["is_synthetic"] or inner["blanket_impl"]:
            continue
        if not inner["trait"]:
            public_items = [each for each in inner["items"] if (found := get(each)) and found["visibility"] == "public"]
            members(type_of(inner["for"]), public_items, generics(inner["generics"])[1])
            continue
        params, where = generics(inner["generics"])
        trait = ("!" * inner["is_negative"]) + path(inner["trait"])
        emit(at, f"impl{params} {trait} for {type_of(inner['for'])}{where}")
        for each in filter(None, map(get, inner["items"])):
            if "assoc_type" in each["inner"]:
                value = type_of(each["inner"]["assoc_type"]["type"])
                emit(at, f"impl{params} {trait} for {type_of(inner['for'])}{where}: {each['name']} = {value}")


found = list(collect(kind(index[str(document["root"])])[1], CRATE))
for at, item in found:
    show(at, item)
# Implementations of our traits for types of other crates.
for item in index.values():
    trait = item["inner"].get("impl", {}).get("trait")
    if trait and trait["id"] in public:
        implementations(public[trait["id"]], [item["id"]])
print("\n".join(sorted(lines, key=lambda line: (lines[line], line))))
