import Platform
import ServiceConfiguration
import Testing

@testable import DetectionService

@Suite struct DescriptorBudgetTests {
    private func budget(_ limit: Int) throws -> DescriptorBudget {
        var configuration = Configuration()
        configuration.ingest = [try Endpoint("pull+bind:tcp://127.0.0.1:5555")]
        configuration.publish = [try Endpoint("pub+bind:tcp://127.0.0.1:5556")]
        configuration.control = "/run/elbod/control.sock"
        configuration.http = "127.0.0.1:9464"
        return DescriptorBudget(limit: limit, open: 3, configuration)
    }

    @Test(arguments: [64, 256, 1024, 20_000])
    func `peers of one port leave room for those of others, for control and for files`(limit: Int)
        throws
    {
        let budget = try budget(limit)
        #expect(budget.needed <= limit)
        #expect(budget.perPort >= DescriptorBudget.fewest)
        #expect(budget.own + budget.perPort + budget.reserve <= limit)
        #expect(budget.reserve > budget.monitoring.reserve)
        #expect(budget.monitoring.reserve > DescriptorBudget.files)
        #expect(ControlPort.bounds.reserve >= DescriptorBudget.files)
    }

    @Test func `too few are not enough`() throws {
        #expect(try budget(40).needed > 40)
    }
}
