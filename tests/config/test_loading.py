"""What an operator writes reaches the settings, and what is wrong is said with its place."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path

import pytest

from config.loading import SettingsError, find_settings_file, load_settings

PASSWORD = "postgresql://hilum:Xylofoon-77@db/hilum"


@pytest.fixture
def write(tmp_path):
    def _write(text):
        file = tmp_path / "hilum.toml"
        file.write_text(text, encoding="utf-8")
        return file

    return _write


def problems_of(file: Path | None, **environment: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        load_settings(file, environment=environment)
    return caught.value.problems


def test_environment_wins_over_file_over_defaults(write):
    file = write('log_level = "error"\n[web]\nport = 9000\nsession_idle = "1h 30m"\n')

    settings = load_settings(file, environment={"HILUM_WEB__PORT": "9001"})

    assert settings.web.port == 9001
    assert settings.web.session_idle == timedelta(minutes=90)
    assert (settings.log_level, settings.limits.files_per_message) == ("error", 2_000)


def test_command_line_wins_over_environment():
    settings = load_settings(None, environment={"HILUM_WEB__PORT": "1"}, command_line={"web": {"port": 2}})

    assert settings.web.port == 2


def test_environment_spells_lists_sizes_and_times():
    settings = load_settings(
        None,
        environment={
            "HILUM_RULES__DRAFT_REMINDERS": "1m, 90s",
            "HILUM_LIMITS__FILE_BYTES": "10 MiB",
            "HILUM_DIGEST__CLOCK": "06:15",
            "HILUM_RULES__TAKES_IMAGES": "false",
        },
    )

    assert settings.rules.draft_reminders == (timedelta(minutes=1), timedelta(seconds=90))
    assert (settings.limits.file_bytes, settings.digest.clock) == (10 * 1024**2, time(6, 15))
    assert not settings.rules.takes_images


def test_unknown_key_is_shown_with_its_line(write):
    file = write("# ours\n\n[web]\nprot = 8080\n")

    assert problems_of(file) == (f"{file}:4: unknown setting web.prot; did you mean web.port?",)


def test_unknown_table_is_shown_with_its_line(write):
    file = write('[channels.carrier_pigeon]\ntoken = "x"\n')

    assert problems_of(file) == (f"{file}:1: unknown setting channels.carrier_pigeon",)


def test_setting_in_the_wrong_table_is_recognised(write):
    file = write("takes_images = true\n")

    assert problems_of(file) == (f"{file}:1: unknown setting takes_images; did you mean rules.takes_images?",)


def test_unknown_variable_is_shown_by_name():
    assert problems_of(None, HILUM_WEB__PROT="1") == (
        "HILUM_WEB__PROT: unknown setting web.prot; did you mean web.port?",
    )


def test_variable_for_a_whole_table_is_refused():
    assert problems_of(None, HILUM_WEB="1")[0].startswith("HILUM_WEB: web: must be")
    assert problems_of(None, HILUM_WEB="1", HILUM_WEB__PORT="2") == ("HILUM_WEB__PORT: web is a setting, not a table",)


def test_variables_of_tests_and_others_are_left_alone():
    settings = load_settings(None, environment={"HILUM_TEST_POSTGRES_URL": "x", "HOME_HILUM": "y"})

    assert settings == load_settings(None, environment={})


def test_every_problem_is_named_at_once(write):
    file = write('[web]\nport = 99999\n[worker]\nlease = 60\n[limits]\nfile_bytes = "many"\n')

    assert [problem.split(": ")[0] for problem in problems_of(file)] == [f"{file}:{line}" for line in (2, 6, 4)]


def test_command_line_is_named_as_the_place():
    with pytest.raises(SettingsError) as caught:
        load_settings(None, environment={}, command_line={"web": {"port": -1}})

    assert caught.value.problems[0].startswith("command line: web.port: must be")


def test_key_of_an_inline_table_is_shown_with_its_line(write):
    file = write('log_level = "info"\n# pages\nweb = { prot = 1 }\n')

    assert problems_of(file) == (f"{file}:3: unknown setting web.prot; did you mean web.port?",)


def test_quoted_and_dotted_keys_are_shown_with_their_lines(write):
    file = write('web.port = -1\n"worker".concurrency = 0\n')

    assert [problem.split(" ")[0] for problem in problems_of(file)] == [f"{file}:1:", f"{file}:2:"]


def test_scalar_in_place_of_a_table_is_refused(write):
    file = write("limits = 3\n")

    assert problems_of(file)[0].startswith(f"{file}:1: limits: must be")


def test_setting_without_a_place_is_not_set():
    assert problems_of(None, HILUM_WEB__HOST="0.0.0.0") == (
        "not set: web.base_url: is needed, since nobody can open the address that web.host listens on",
    )


def test_broken_toml_is_shown_with_its_line(write):
    file = write('data = "/srv/hilum"\nweb = \n')

    assert problems_of(file)[0].startswith(f"{file}:2: ")


def test_unfinished_toml_is_shown_with_its_file(write):
    file = write('data = """')

    assert problems_of(file)[0].startswith(str(file))


def test_missing_file_is_named(tmp_path):
    assert problems_of(tmp_path / "no.toml") == (f"{tmp_path / 'no.toml'}: cannot be read (FileNotFoundError)",)


def test_settings_file_of_a_folder_is_found(write, tmp_path):
    before = find_settings_file(tmp_path)
    file = write("")

    assert (before, find_settings_file(tmp_path)) == (None, file)


def test_secret_is_read_from_a_file(write, tmp_path):
    (tmp_path / "secret").write_text(f"{PASSWORD}\n", encoding="utf-8")
    file = write(f'database_url_file = "{tmp_path}/secret"\n')

    by_file = load_settings(file, environment={})
    by_variable = load_settings(None, environment={"HILUM_DATABASE_URL_FILE": f"{tmp_path}/secret"})

    assert by_file.database_url.get_secret_value() == by_variable.database_url.get_secret_value() == PASSWORD


def test_unreadable_secret_file_is_named_by_its_setting(write):
    file = write('\nlinkage_url_file = "/nowhere/secret"\n')

    assert problems_of(file) == (f"{file}:2: the file cannot be read (FileNotFoundError)",)


def test_secret_given_twice_is_refused(tmp_path):
    (tmp_path / "secret").write_text(PASSWORD, encoding="utf-8")

    said = problems_of(None, HILUM_DATABASE_URL=PASSWORD, HILUM_DATABASE_URL_FILE=f"{tmp_path}/secret")

    assert said == ("HILUM_DATABASE_URL_FILE: database_url is given as well; give one of the two",)


@pytest.mark.parametrize("url", ["mysql://hilum:Xylofoon-77@db/hilum", "Xylofoon-77"])
def test_no_problem_repeats_a_secret(url):
    said = problems_of(None, HILUM_DATABASE_URL=url, HILUM_LINKAGE_URL=url)

    assert len(said) == 2
    assert "Xylofoon" not in "".join(said)


def test_settings_print_no_secret():
    settings = load_settings(None, environment={"HILUM_DATABASE_URL": PASSWORD})

    assert "Xylofoon" not in repr(settings) + str(settings.model_dump())
