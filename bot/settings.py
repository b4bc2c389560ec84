"""Settings: by flag, by environment (`PROMPTOPS_…`) and by one YAML file, in this order of precedence.

The file is `PROMPTOPS_CONFIG`, else `promptops/config.yaml` in the XDG config folder. Every field says its unit, default and reason here;
reading the sources is `bot.configuration`'s.
"""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from net.addresses import Allowed
from steps.duration import Duration
from steps.engine.limits import Limits


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _words(value: object) -> object:
    """`a, b` as the environment writes a list."""
    return [word.strip() for word in value.split(",") if word.strip()] if isinstance(value, str) else value


Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
Folder = Annotated[Path, AfterValidator(Path.expanduser)]


class ClusterSection(_Section):
    """One cluster that people may name."""

    kubeconfig: Folder = Field(description="Path of the kubeconfig file.")
    context: str = Field("", description="Context in it; by default its current one.")
    protected: bool = Field(default=False, description="Whether every write needs an approval. Not by default: mark your production.")
    namespace: str = Field("", description="Namespace where nothing names one; by default the context's own, else `default`.")


class ModelSection(_Section):
    """The operator's model for `chat-gpt` steps; without `url` and token the rules answer, which cost nothing and send nothing away."""

    url: str = Field("", description="Base URL of an OpenAI-compatible API, ending in /v1; by default OpenAI's where there is a token.")
    name: str = Field("", description="Model to ask for instead of the one that a step names; by default the step's.")
    token_env: str = Field("PROMPTOPS_MODEL_TOKEN", description="Environment variable that holds the token, so that no file has to.")
    token_file: Folder | None = Field(None, description="File that holds the token, for mounted secrets; wins over the variable.")
    token_hosts: Words = Field(
        ("api.openai.com",),
        description="Hosts that a token in a manifest may be sent to. Only OpenAI's by default: manifests must not choose.",
    )


class HttpSection(_Section):
    """Where `request` steps may go beyond public addresses; nowhere by default, as a manifest's author may reach less than this host."""

    allowed_hosts: Words = Field((), description="Host names, or `*.example.com`, that may be private or loopback.")
    allowed_networks: Words = Field((), description="Networks such as 10.1.0.0/16.")

    @property
    def allowed(self) -> Allowed:
        """As `net` takes it; raises ValueError naming the network that is none."""
        return Allowed.parse(self.allowed_hosts, self.allowed_networks)


class LimitsSection(_Section):
    """How much one engine takes on; reasons stand in `steps.engine.limits`."""

    concurrent_runs: int = Field(Limits().concurrent_runs, ge=1, description="Runs at work at once; suspended ones do not count.")
    concurrent_steps: int = Field(Limits().concurrent_steps, ge=1, description="Steps that execute at once; further ones wait.")
    run_age: Duration = Field(Limits().run_age, gt=0, description="Go duration after which an unfinished run fails; 720h by default.")
    keep: Duration = Field(90 * 24 * 3600.0, gt=0, description="Go duration for which finished runs are kept; 2160h by default.")

    @property
    def engine(self) -> Limits:
        """As the engine takes them."""
        return Limits(concurrent_runs=self.concurrent_runs, concurrent_steps=self.concurrent_steps, run_age=self.run_age)


class Settings(_Section):
    """Everything an operator can set."""

    state_dir: Folder | None = Field(None, description="State folder; by default `promptops` in the XDG data folder.")
    workflows: tuple[Folder, ...] = Field(
        (), description="Folders with workflows, beside the shipped ones; a name that stands twice is an error."
    )
    clusters: dict[Annotated[str, Field(min_length=1)], ClusterSection] = Field(
        default_factory=dict, description="Clusters by name; by default the embedded ones, `test` and `prod` (protected)."
    )
    default_cluster: str = Field("", description="For steps that name no cluster; by default the first unprotected one. Never protected.")
    model: ModelSection = ModelSection()
    http: HttpSection = HttpSection()
    limits: LimitsSection = LimitsSection()

    @property
    def embedded(self) -> bool:
        """Whether the embedded clusters are used."""
        return not self.clusters
