# All that make needs, on x86-64 and on ARM:
#   docker build -t mnist-clustering .
#   docker run --init --name study mnist-clustering
#   docker cp study:/home/user/mnist-clustering/plots .
# --init runs a small init as process 1, which hands signals on and reaps what dies.
FROM debian:trixie-slim

# On ARM, openTSNE is built from its source.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates git make python3 python3-venv \
        $(test "$(dpkg --print-architecture)" = arm64 && echo g++ python3-dev) \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 1000 user

USER user
WORKDIR /home/user/mnist-clustering
RUN git config --global user.name user && git config --global user.email user@localhost

# In a layer of its own: an edit of the code installs nothing anew.
COPY --chown=user requirements.lock pyproject.toml ./
COPY --chown=user dev/venv.sh dev/
RUN dev/venv.sh

COPY --chown=user . .
CMD ["make", "repro"]
