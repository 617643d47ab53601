"""What a setting is called, wherever the console speaks of one."""

from collections.abc import Mapping

from store.domain.own_texts import is_own_text, parts_of

Words = Mapping[str, Mapping[str, str]]


def setting_named(name: str, words: Words) -> str:
    """A text is called by what it says, in which language, by which way. "" where a setting has no name any more."""
    if not is_own_text(name):
        return words["setting_name"].get(name, "")
    language, message, medium = parts_of(name)
    what = words["own_text"].get(message, "")
    how = words["settings"][f"word_{medium}"]
    return words["settings"]["word_named"].format(
        what=what, language=words["setting_choice"][f"language_{language}"], how=how
    )
