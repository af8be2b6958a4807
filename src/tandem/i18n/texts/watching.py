"""What ``serve`` and ``worker`` say of metrics."""

TEXTS = {
    "watch.metrics": (
        "Metrics, health and readiness: {url}",
        "メトリクスと稼働状態: {url}",
    ),
    "watch.open_to_all": (
        "Other computers can read the metrics: set TANDEM_METRICS_TOKEN, or let only the monitoring reach that port.",
        "他のコンピューターからメトリクスを読めます。TANDEM_METRICS_TOKEN を設定するか、監視システムだけがこのポートに接続できるようにしてください。",
    ),
    "option.metrics_port": (
        "Where metrics, health and readiness are served, 0 for any free port; else TANDEM_METRICS_PORT, or nowhere.",
        "メトリクスと稼働状態を提供するポート。0なら空いているポート。指定がなければTANDEM_METRICS_PORT、それもなければ提供しません。",
    ),
}
