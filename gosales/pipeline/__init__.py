"""The only composer: what the commands do, from workspace to published run."""
