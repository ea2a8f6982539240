import ArgumentParser
import Platform

/// Runs `body`; an error ends the program with its sentence on standard error and its exit code.
public func reporting<Result>(as program: String, _ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch let error as ExitCode {
        throw error
    } catch {
        // What went wrong may be told in the words of others.
        note("\(program): \(printableLines("\(error)"))\n")
        throw ExitCode(ExitStatus(of: error).rawValue)
    }
}

/// Writes text to standard error as it is.
public func note(_ text: String) { writeToStandardError(text) }
