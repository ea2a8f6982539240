import Frames
import Testing

@testable import DetectionService

@Suite struct SocketReopeningTests {
    private var reopening = SocketReopening(ipcPorts: [true, true, false])

    /// Looks so often while the memory is over its budget; what was asked for, and after how many.
    private mutating func lookUntilDemand(_ most: Int) -> Answer {
        for count in 1...most {
            let demand = reopening.demand(isOver: true, hasCulprits: false)
            if demand != .nothing { return Answer(demand, count) }
        }
        return Answer(.nothing, most)
    }

    private struct Answer: Equatable {
        let demand: SocketReopening.Demand
        let looks: Int

        init(_ demand: SocketReopening.Demand, _ looks: Int) {
            (self.demand, self.looks) = (demand, looks)
        }
    }

    @Test mutating func `memory within the budget asks for nothing`() {
        for _ in 0..<1000 {
            #expect(reopening.demand(isOver: false, hasCulprits: false) == .nothing)
        }
        #expect(reopening.takePending().isEmpty)
    }

    @Test mutating func `after a second the ipc ports that deliver nothing are opened, once`() {
        #expect(reopening.demand(isOver: true, hasCulprits: false) == .nothing)
        reopening.noteBusy(EndpointIndex(1))
        #expect(lookUntilDemand(1000) == Answer(.ports, SocketReopening.patience - 1))
        #expect(reopening.takePending() == [EndpointIndex(0)])
        #expect(reopening.takePending() == [])
    }

    @Test mutating func `what a port did before the memory was over its budget counts for nothing`()
    {
        for port in 0..<3 { reopening.noteBusy(EndpointIndex(port)) }
        #expect(lookUntilDemand(1000).demand == .ports)
        #expect(reopening.takePending() == [0, 1].map { EndpointIndex($0) })
    }

    @Test mutating func `where every ipc port delivers it is only reported, up to once a minute`() {
        var waited: [Int] = []
        for _ in 0..<9 {
            _ = reopening.demand(isOver: true, hasCulprits: false)
            for port in 0..<2 { reopening.noteBusy(EndpointIndex(port)) }
            let answer = lookUntilDemand(100_000)
            #expect(answer.demand == .report && reopening.takePending().isEmpty)
            waited.append((answer.looks + 1) / SocketReopening.patience)
        }
        #expect(waited == [1, 2, 4, 8, 16, 32, 60, 60, 60])
    }

    @Test mutating func `a cut connection explains the memory, and a moment within it forgives`() {
        for isOver in [true, false] {
            for _ in 1..<SocketReopening.patience {
                #expect(reopening.demand(isOver: true, hasCulprits: false) == .nothing)
            }
            #expect(reopening.demand(isOver: isOver, hasCulprits: isOver) == .nothing)
        }
        #expect(lookUntilDemand(1000) == Answer(.ports, SocketReopening.patience))
    }

    @Test mutating func `patience is back when the memory is within its budget`() {
        for _ in 0..<6 { _ = lookUntilDemand(100_000) }
        #expect(reopening.demand(isOver: false, hasCulprits: false) == .nothing)
        #expect(lookUntilDemand(100_000) == Answer(.ports, SocketReopening.patience))
    }

    @Test
    mutating func `freed memory is given back some looks after a cut, and before sockets are`() {
        let atFirst = reopening.isTrimming(hasCulprits: false)
        #expect(!atFirst)
        let afterCut = (0..<8).map { reopening.isTrimming(hasCulprits: $0 == 0) }
        #expect(afterCut == (0..<8).map { $0 == ConnectionWatch.recovery - 1 })
        var trims: [Int] = []
        for look in 1...SocketReopening.patience {
            _ = reopening.demand(isOver: true, hasCulprits: false)
            if reopening.isTrimming(hasCulprits: false) { trims.append(look) }
        }
        #expect(trims == [SocketReopening.patience / 2])
    }
}
