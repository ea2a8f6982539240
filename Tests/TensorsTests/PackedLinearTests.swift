import Tensors
import Testing

@Suite struct PackedLinearTests {
    private func matrix(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
        var random = RandomNumbers(seed: seed, 0, 0)
        return Matrix(
            rows: rows, columns: columns,
            (0..<(rows * columns)).map { _ in 2 * random.nextUniform() - 1 })
    }

    @Test(arguments: [1, 2, 3, 5, 7, 8, 11, 13], [false, true])
    func `any number of rows is the product, and no row beyond it matters`(
        rows: Int, isRectified: Bool
    ) {
        let (x, w, b) = (matrix(13, 9, seed: 1), matrix(9, 6, seed: 2), matrix(1, 6, seed: 3))
        let expected = Matrix(rows: 13, columns: 6)
        GEMM().multiply(x, w, into: expected)
        add(b, toRowsOf: expected)
        let product = PackedLinear(
            ConstantMatrix(w), bias: ConstantMatrix(b), as: .single, rectifying: isRectified,
            capacity: 13)
        let y = Matrix(rows: 13, columns: 6)
        product.apply(to: x, into: y, rows: rows)
        for row in 0..<rows {
            for column in 0..<6 {
                let value = expected[row, column]
                #expect(abs(y[row, column] - (isRectified ? max(value, 0) : value)) < 1e-5)
            }
        }
    }

    @Test(.enabled(if: PackedLinear.Arithmetic.bytes.isSupported))
    func `sums of products of bytes are exact, at their largest too`() {
        let (inputs, outputs) = (300, 20)
        let bytes = (0..<(5 * inputs)).map { UInt8($0 < inputs ? 255 : $0 * 7 % 256) }
        let weights = (0..<(inputs * outputs)).map { index in
            Int8(index % outputs == 0 ? 127 : index % outputs == 1 ? -127 : index * 31 % 255 - 127)
        }
        let x = Buffer2D<UInt8>(rows: 5, columns: inputs, bytes)
        let y = Buffer2D<Int32>(rows: 5, columns: outputs)
        PackedLinear(weights, inputs: inputs, outputs: outputs, capacity: 5)
            .apply(to: x, into: y, rows: 5)
        for row in 0..<5 {
            for column in 0..<outputs {
                let sum = (0..<inputs).reduce(0) { sum, input in
                    sum + Int(bytes[row * inputs + input]) * Int(weights[input * outputs + column])
                }
                #expect(Int(y[row][column]) == sum, "row \(row), column \(column)")
            }
        }
    }

    @Test func `rows that were not prepared for are a bug`() async {
        await #expect(processExitsWith: .failure) {
            let product = PackedLinear(
                ConstantMatrix(rows: 2, columns: 2, [0, 0, 0, 0]),
                bias: ConstantMatrix(rows: 1, columns: 2, [0, 0]), as: .single,
                rectifying: false, capacity: 2)
            let rows = Matrix(rows: 3, columns: 2)
            product.apply(to: rows, into: rows, rows: 3)
        }
    }

    /// Sizes that fill sixteens of inputs and outputs, and sizes that do not: oneDNN sums those apart.
    @Test(
        .enabled(if: PackedLinear.Arithmetic.bytes.isSupported),
        arguments: [1, 8, 16, 40, 48, 100, 201, 216, 264, 300, 500, 784, 790],
        [PackedLinear.Arithmetic.single, .bfloat16].filter(\.isSupported))
    func `a row alone is what it is among others, to the bit`(
        inputs: Int, arithmetic: PackedLinear.Arithmetic
    ) {
        let (rows, outputs) = (12, 100)
        let (w, b) = (matrix(inputs, outputs, seed: 2), matrix(1, outputs, seed: 3))
        let x = Matrix(
            rows: rows, columns: inputs,
            matrix(rows, inputs, seed: 1).elements.map { $0 < -0.5 ? 0 : $0 })
        let rounded = Buffer2D<UInt16>(
            rows: rows, columns: inputs, x.elements.map { UInt16($0.bitPattern >> 16) })
        let (together, alone) = (
            Matrix(rows: rows, columns: outputs), Matrix(rows: rows, columns: outputs)
        )
        for (capacity, y) in [(rows, together), (1, alone)] {
            let product = PackedLinear(
                ConstantMatrix(w), bias: ConstantMatrix(b), as: arithmetic, rectifying: false,
                capacity: capacity)
            for row in stride(from: 0, to: rows, by: capacity) {
                let range = row..<(row + capacity)
                let result = y.rows(range)
                if arithmetic == .single {
                    product.apply(to: x.rows(range), into: result, rows: capacity)
                } else {
                    let part = Buffer2D<UInt16>(
                        rows: capacity, columns: inputs, range.flatMap { rounded[$0] })
                    product.apply(to: part, into: result, rows: capacity)
                }
            }
        }
        #expect(together.elements == alone.elements)
    }
}
