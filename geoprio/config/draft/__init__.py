"""Draft a project file from the files of a city: what is there, what it is for, and why that is thought."""

from geoprio.config.draft.drafting import Draft, draft_project

__all__ = ["Draft", "draft_project"]
