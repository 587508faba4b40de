using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Jobs.Migrations;

[DbContext(typeof(MigrationsContext)), Migration("0001_tenancy")]
internal sealed class Tenancy : SqlMigration;

[DbContext(typeof(MigrationsContext)), Migration("0002_batches")]
internal sealed class Batches : SqlMigration;

[DbContext(typeof(MigrationsContext)), Migration("0003_engine")]
internal sealed class Engine : SqlMigration;

[DbContext(typeof(MigrationsContext)), Migration("0004_documents")]
internal sealed class Documents : SqlMigration;

[DbContext(typeof(MigrationsContext)), Migration("0005_steering")]
internal sealed class Steering : SqlMigration;

[DbContext(typeof(MigrationsContext)), Migration("0006_idempotency_webhooks")]
internal sealed class IdempotencyWebhooks : SqlMigration;

[DbContext(typeof(MigrationsContext)), Migration("0007_fairness")]
internal sealed class Fairness : SqlMigration;

[DbContext(typeof(MigrationsContext)), Migration("0008_schedules")]
internal sealed class Schedules : SqlMigration;

[DbContext(typeof(MigrationsContext)), Migration("0009_dispatches")]
internal sealed class Dispatches : SqlMigration;

[DbContext(typeof(MigrationsContext)), Migration("0010_document_processing")]
internal sealed class DocumentProcessing : SqlMigration;

[DbContext(typeof(MigrationsContext)), Migration("0011_cache")]
internal sealed class Cache : SqlMigration;

[DbContext(typeof(MigrationsContext)), Migration("0012_rate_limits")]
internal sealed class RateLimits : SqlMigration;

[DbContext(typeof(MigrationsContext)), Migration("0013_search")]
internal sealed class Search : SqlMigration;

[DbContext(typeof(MigrationsContext)), Migration("0014_metrics")]
internal sealed class Metrics : SqlMigration;

[DbContext(typeof(MigrationsContext)), Migration("0015_insight")]
internal sealed class Insight : SqlMigration;

[DbContext(typeof(MigrationsContext)), Migration("0016_search_frequent")]
internal sealed class SearchFrequent : SqlMigration;

[DbContext(typeof(MigrationsContext)), Migration("0017_batch_tallies")]
internal sealed class BatchTallies : SqlMigration;

[DbContext(typeof(MigrationsContext)), Migration("0018_report_views")]
internal sealed class ReportViews : SqlMigration;

[DbContext(typeof(MigrationsContext)), Migration("0019_batch_starts")]
internal sealed class BatchStarts : SqlMigration;
