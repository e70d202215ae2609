"""What is counted, for Prometheus. One registry for each application: nothing is global."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class Metrics:
    """Counters and histograms; durations in seconds."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "viva_http_requests", "Requests by route template.", ["method", "route", "status"], registry=self.registry
        )
        self.request_seconds = Histogram(
            "viva_http_request_seconds", "Time to answer a request.", ["method", "route"], registry=self.registry
        )
        self.grades = Counter("viva_grades", "Grades by outcome.", ["grader", "outcome"], registry=self.registry)
        self.grade_seconds = Histogram(
            "viva_grade_seconds",
            "Time that a grader took.",
            ["grader"],
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1, 5, 15, 60),
            registry=self.registry,
        )
        self.transcription_seconds = Histogram(
            "viva_transcription_seconds",
            "Time that hearing took, its wait left out: the last pass over a recording, or one while it goes on.",
            ["transcriber", "last"],
            buckets=(0.25, 0.5, 1, 2, 5, 10, 20, 60, 120, 300),
            registry=self.registry,
        )
        self.audio_seconds = Counter(
            "viva_audio_seconds", "Length of the recordings that were heard.", ["transcriber"], registry=self.registry
        )
        self.transcriptions_waiting = Gauge(
            "viva_transcriptions_waiting",
            "Recordings that wait for their turn in this process.",
            registry=self.registry,
        )
        self.jobs = Counter("viva_job_tries", "Tries by outcome.", ["work", "outcome"], registry=self.registry)
        self.waiting = Gauge("viva_jobs", "Jobs that wait or run.", ["work"], registry=self.registry)
        self.failed = Gauge("viva_jobs_failed", "Jobs that were given up.", ["work"], registry=self.registry)
        self.oldest = Gauge("viva_job_oldest_seconds", "Age of the oldest job.", ["work"], registry=self.registry)
        self.grader_unavailable = Counter(
            "viva_grader_unavailable", "Times that a grader could not work.", ["grader"], registry=self.registry
        )
        self.llm_tokens = Counter(
            "viva_llm_tokens", "Tokens by model and direction.", ["model", "direction"], registry=self.registry
        )
        self.llm_price = Counter("viva_llm_price", "Price of these, where known.", ["model"], registry=self.registry)
        self.llm_errors = Counter(
            "viva_llm_errors", "Requests that came to nothing, by kind.", ["model", "kind"], registry=self.registry
        )
        self.budget_spent = Counter(
            "viva_llm_budget_spent", "Grades put off by a daily budget.", registry=self.registry
        )
        self.reused = Counter("viva_grades_reused", "Grades taken from an equal answer's.", registry=self.registry)
        self.followers = Gauge("viva_sse_clients", "Open event streams.", registry=self.registry)
