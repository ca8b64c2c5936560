# Reads a JSON list of files and writes what the reader that the first argument names reads
# from each; null where it refuses the file.
import configparser, json, sys, tomllib, yaml


def ini(text):
    c = configparser.ConfigParser()
    c.optionxform = str
    c.read_string(text)
    return {s: dict(c[s]) for s in c.sections()}


def plain(v):
    """With the type of each scalar and key, as JSON has fewer."""
    if isinstance(v, dict):
        return {"map": sorted([[plain(k), plain(x)] for k, x in v.items()], key=json.dumps)}
    if isinstance(v, list):
        return {"list": [plain(x) for x in v]}
    return [type(v).__name__, str(v)]


readers = {
    "ini": ini,
    "yaml": lambda text: plain(yaml.safe_load(text)),
    "toml": lambda text: plain(tomllib.loads(text)),
}
out = []
for text in json.load(sys.stdin):
    try:
        out.append(readers[sys.argv[1]](text))
    except Exception:
        out.append(None)
json.dump(out, sys.stdout)
