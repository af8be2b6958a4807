"""Errors of whoever watches: metrics and traces."""

SAID = {
    "metrics_cannot_listen": (
        "Metrics cannot be served on {host} port {port}: {problem}. Choose another port, or end the program that has it.",
        "メトリクスを {host} のポート {port} で提供できません: {problem}。別のポートを選ぶか、使用中のプログラムを終了してください。",
    ),
    "no_opentelemetry": (
        "The environment asks for traces (OTEL_…), and OpenTelemetry is not installed. Install it: pip install 'tandem-sync[traces]', or set OTEL_SDK_DISABLED=true.",
        "環境変数(OTEL_…)でトレースが有効になっていますが、OpenTelemetryがインストールされていません。pip install 'tandem-sync[traces]' でインストールするか、OTEL_SDK_DISABLED=true を設定してください。",
    ),
    "unknown_exporter": (
        "{name} must be one of otlp, console, none, not {given}.",
        "{name} には otlp、console、none のいずれかを指定してください({given} は使えません)。",
    ),
    "unknown_protocol": (
        "{name} must be {protocol}, not {given}: collectors take that on port 4318.",
        "{name} には {protocol} を指定してください({given} は使えません)。コレクターはポート4318で受け付けます。",
    ),
}
