using System.Text.Json;
using System.Text.Json.Serialization;
using Jobs.Auditing;
using Jobs.Batches;
using Jobs.Caching;
using Jobs.Caching.Subscriptions;
using Jobs.Dashboard;
using Jobs.Dashboard.Activities;
using Jobs.Database.Care;
using Jobs.Health;
using Jobs.Kinds.Queries;
using Jobs.Monitoring.Requests;

namespace Jobs.Web.Api;

/// <summary>The bodies of the API.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(BatchStatus))]
[JsonSerializable(typeof(BatchList))]
[JsonSerializable(typeof(SearchAnswer))]
[JsonSerializable(typeof(CreateKeyRequest))]
[JsonSerializable(typeof(KeyAnswer))]
[JsonSerializable(typeof(KeyList))]
[JsonSerializable(typeof(LimitsAnswer))]
[JsonSerializable(typeof(RequestReport))]
[JsonSerializable(typeof(MetricsResetAnswer))]
[JsonSerializable(typeof(LoggingAnswer))]
[JsonSerializable(typeof(LoggingBody))]
[JsonSerializable(typeof(HealthAnswer))]
[JsonSerializable(typeof(DocumentAnswer))]
[JsonSerializable(typeof(DocumentList))]
[JsonSerializable(typeof(UploadAnswer))]
[JsonSerializable(typeof(RetryBody))]
[JsonSerializable(typeof(RetryAnswer))]
[JsonSerializable(typeof(SubmitRequest))]
[JsonSerializable(typeof(QueriesRequest))]
[JsonSerializable(typeof(QueriesAnswer))]
[JsonSerializable(typeof(OutcomeAnswer))]
[JsonSerializable(typeof(ItemList))]
[JsonSerializable(typeof(ErrorList))]
[JsonSerializable(typeof(DeliveryList))]
[JsonSerializable(typeof(WebhookSecretAnswer))]
[JsonSerializable(typeof(ScheduleBody))]
[JsonSerializable(typeof(ScheduleAnswer))]
[JsonSerializable(typeof(ScheduleList))]
[JsonSerializable(typeof(ScheduleRunList))]
[JsonSerializable(typeof(QueueList))]
[JsonSerializable(typeof(BatchSnapshot))]
[JsonSerializable(typeof(WorkerList))]
[JsonSerializable(typeof(RateLimitsAnswer))]
[JsonSerializable(typeof(RateLimitBody))]
[JsonSerializable(typeof(RateLimitAnswer))]
[JsonSerializable(typeof(ReportList))]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(CacheGetBody))]
[JsonSerializable(typeof(CacheGetAnswer))]
[JsonSerializable(typeof(CacheRemoveBody))]
[JsonSerializable(typeof(CacheRemoveAnswer))]
[JsonSerializable(typeof(CacheTagsBody))]
[JsonSerializable(typeof(CacheWarmBody))]
[JsonSerializable(typeof(CacheSummary))]
[JsonSerializable(typeof(CacheSubscription))]
[JsonSerializable(typeof(CacheSubscriptionBody))]
[JsonSerializable(typeof(CacheSubscriptionList))]
[JsonSerializable(typeof(NotificationList))]
[JsonSerializable(typeof(NotificationSnapshot))]
[JsonSerializable(typeof(NewNotification))]
[JsonSerializable(typeof(UnreadAnswer))]
[JsonSerializable(typeof(FeatureList))]
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
[JsonSerializable(typeof(HealthReport))]
[JsonSerializable(typeof(ResourceReport))]
[JsonSerializable(typeof(DashboardMetrics))]
[JsonSerializable(typeof(ActivityPage))]
[JsonSerializable(typeof(DashboardSeries))]
[JsonSerializable(typeof(EndedBatch))]
[JsonSerializable(typeof(ExportBody))]
[JsonSerializable(typeof(AuditList))]
[JsonSerializable(typeof(DatabaseStats))]
[JsonSerializable(typeof(OptimizeBody))]
[JsonSerializable(typeof(MaintenanceStep))]
[JsonSerializable(typeof(AuditEntry))]
[JsonSerializable(typeof(string))]
internal sealed partial class ApiJson : JsonSerializerContext;
