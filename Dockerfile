# One image for every role of Viva; docker-compose.yml gives each container its command.
#
# Base images stand by tag, to be read, and by digest, to be the same tomorrow. To take a newer one:
#   docker buildx imagetools inspect python:3.13.16-slim-trixie

FROM python:3.13.16-slim-trixie@sha256:bf44cdfcb76cd3b41e879bc058fc37ec5872002ccfde7fcb765e218cde0cd79c AS python

FROM python AS build
ENV UV_COMPILE_BYTECODE=1 \
    UV_NO_CACHE=1 \
    UV_PROJECT_ENVIRONMENT=/opt/viva \
    UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir --disable-pip-version-check uv==0.13.9
WORKDIR /build
# What Viva stands on changes less often than Viva: a layer of its own.
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-dev --no-install-project
COPY README.md ./
COPY service service
RUN uv sync --locked --no-dev --no-editable
COPY questions /srv/viva/questions
COPY rubrics /srv/viva/rubrics
# Whatever the umask of the clone was, the user below can read it; only root can write it.
RUN chmod -R u=rwX,go=rX /opt/viva /srv/viva

# Not part of Viva: Ollama with a folder for its models that is not root's.
FROM ollama/ollama:0.35.1@sha256:292ee7945dfc3d5840a181f3ab86fedb1e66703e02c8af98b50f4da56b7e278c AS ollama
RUN install -d -o 10001 -g 10001 /models
ENV HOME=/models
USER 10001:10001

FROM python AS viva
# A named volume takes its owner from here.
RUN install -d -o 10001 -g 10001 /data
COPY --from=build /opt/viva /opt/viva
COPY --from=build /srv/viva /srv/viva
ENV PATH=/opt/viva/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    VIVA_BANK_DIR=/srv/viva \
    VIVA_DATA_DIR=/data
WORKDIR /srv/viva
USER 10001:10001
ENTRYPOINT ["viva"]
CMD ["serve"]
