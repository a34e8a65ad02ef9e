"""The package indexes that a project names. None of these tools takes an additional index for the only one, as pip takes the first that it is told."""

PYPI = "https://pypi.org/simple"


def of_poetry(sources):
    """PyPI is asked too, unless a source is primary, which one that does not say is. That PyPI itself is a source is said by its name alone."""
    urls = {True: [], False: []}
    for source in sources:
        # What priorities were before Poetry 1.5.
        former = "default" if source.get("default") else "secondary" if source.get("secondary") else "primary"
        main = source.get("priority", former).lower() in ("primary", "default")
        if "url" in source or source.get("name", "").lower() == "pypi":
            urls[main].append(source.get("url", PYPI))
    return merged(urls[True] or [PYPI], urls[False]) if sources else []


def of_uv(indexes):
    """PyPI is asked too, unless an index is the default."""
    default = [index["url"] for index in indexes if index.get("default")]
    return merged(default or [PYPI], [index["url"] for index in indexes if not index.get("default")]) if indexes else []


def merged(*lists):
    return list(dict.fromkeys(url for urls in lists for url in urls))
