using Jobs.Dashboard;
using Jobs.Dashboard.Activities;
using Jobs.Engine;
using Jobs.Health;
using Jobs.Queues;

namespace Jobs.Web.Ui.Dashboard;

/// <summary>What the dashboard shows.</summary>
/// <param name="Hours">How far back its charts go.</param>
/// <param name="Health">For administrators; null for others.</param>
public sealed record DashboardView(
    int Hours,
    DashboardSeries Series,
    IReadOnlyList<DashboardActivity> Activity,
    IReadOnlyList<QueueCounts> Queues,
    IReadOnlyList<WorkerStatus> Workers,
    HealthReport? Health
);
